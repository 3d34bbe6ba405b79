"""What the scanner wrote: read, judged and redacted. Every document is hostile until it is parsed.

No verbatim report of qscanner is public; the shapes read here are those that Qualys' own
integrations read (Jenkins, Azure DevOps, GitLab, Packer). Where they differ, both are taken.
"""
