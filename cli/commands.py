"""The commands. Each asks the app, shows what it said and tells how that ends the process."""

from uuid import UUID

import click

from cli import options
from cli.api import Api
from cli.exit_codes import MEANINGS, SEVERITIES, ExitCode, Failure
from cli.gate import is_whole, judge_coverage, judge_scan
from cli.kinds import RESCAN, SCAN, Body, Kind, end, of_either, to_the_end
from cli.options import with_app
from cli.pages import all_pages, every, some
from cli.screen import Screen
from cli.show.cells import LEGEND
from cli.show.coverage import what_runs
from cli.show.scans import list_of_findings, list_of_scans

EXIT_CODES = "\b\nExit codes:\n" + "\n".join(
    f"  {code.value:>3}  {meaning}" for code, meaning in MEANINGS.items()
)
STATUSES = ("accepted", "queued", "provisioning", "scanning", "collecting", "completed", "failed")
MORE_STATUSES = ("timed_out", "cancelled", "skipped")
TYPES = ("vulnerability", "secret", "malware", "compliance")


@click.group(epilog=EXIT_CODES, context_settings={"help_option_names": ["-h", "--help"]})
@options.version
def imagescan() -> None:
    """Scan container images, and ask what was found.

    The app is the one of IMAGESCAN_URL and IMAGESCAN_KEY, else the one that `make start` runs on
    this machine.
    """


@imagescan.command()
@click.argument("image")
@options.force
@options.watch
@options.fail_on
@with_app
def scan(
    api: Api, screen: Screen, image: str, force: bool, watch: bool, fail_on: str | None
) -> ExitCode:
    """Scan an image; without --watch or --fail-on only begin to."""
    body = SCAN.begin(api, {"image": image, "force": force})
    if body.get("joined"):
        screen.say(f"A scan of this image is running already: {body['scanId']}")
    return _begun(api, screen, SCAN, body, watch, fail_on)


@imagescan.command()
@options.resource_group
@options.subscription
@options.everything
@options.force
@options.dry_run
@options.watch
@options.fail_on
@with_app
def rescan(
    api: Api,
    screen: Screen,
    resource_group: str | None,
    subscription: UUID | None,
    everything: bool,
    force: bool,
    dry_run: bool,
    watch: bool,
    fail_on: str | None,
) -> ExitCode:
    """Scan all images that run in a resource group, in a subscription, or --all that is watched.

    What was scanned shortly before is skipped without --force.
    """
    if everything == bool(resource_group or subscription):
        raise Failure(ExitCode.USAGE, "scope_missing", "Name -g RG, --subscription ID, or --all.")
    if dry_run and fail_on:
        message = "A dry run scans nothing: there is nothing that --fail-on could judge."
        raise Failure(ExitCode.USAGE, "dry_run_gated", message)
    scope = {"resourceGroup": resource_group, "subscriptionId": subscription and str(subscription)}
    asked = {name: value for name, value in scope.items() if value}
    body = RESCAN.begin(api, {**asked, "force": force, "dryRun": dry_run})
    return _begun(api, screen, RESCAN, body, watch or dry_run, fail_on)


def _begun(
    api: Api, screen: Screen, kind: Kind, body: Body, watch: bool, fail_on: str | None
) -> ExitCode:
    its_id = body[f"{kind.name}Id"]
    if watch or fail_on:
        return to_the_end(api, screen, kind, its_id, fail_on)
    screen.show(body, kind.picture(body))
    screen.say(f"See how it goes: imagescan status {its_id} --watch")
    return ExitCode.FINE


@imagescan.command()
@options.an_id
@options.watch
@options.fail_on
@with_app
def status(api: Api, screen: Screen, its_id: UUID, watch: bool, fail_on: str | None) -> ExitCode:
    """Tell how a scan or rescan stands. With --watch or --fail-on its end is waited for."""
    kind, reply = of_either(lambda kind: kind.get(api, its_id))
    if watch or fail_on:
        return to_the_end(api, screen, kind, its_id, fail_on)
    screen.show(reply.body, kind.picture(reply.body))
    return ExitCode.FINE


@imagescan.command("list")
@click.option("--status", type=click.Choice([*STATUSES, *MORE_STATUSES]))
@click.option("--image", help=options.IMAGE_HELP)
@options.resource_group
@options.limit
@options.cursor
@with_app
def list_scans(
    api: Api,
    screen: Screen,
    status: str | None,
    image: str | None,
    resource_group: str | None,
    limit: int,
    cursor: str | None,
) -> ExitCode:
    """List scans, the newest first.

    What they found is told in short: C critical, H high, M medium, L low, I info.
    """
    where = {"status": status, "image": image, "resourceGroup": resource_group}
    page = some(api, "/scans", "scans", where, cursor, limit)
    screen.show({"scans": page.items, "cursor": page.cursor}, list_of_scans(page.items))
    if any(one.get("counts") for one in page.items) and not screen.as_json:
        screen.say(LEGEND)
    if page.cursor:
        screen.say(f"There are more: --cursor {page.cursor}")
    if not page.items:
        screen.say(_none_listed(image))
    return ExitCode.FINE


def _none_listed(image: str | None) -> str:
    """Who leaves a tag out may mean all of them."""
    name = (image or "").rpartition("/")[2]
    if not name or ":" in name or "@" in name:
        return "No such scan."
    return f"No such scan. --image {image} means {image}:latest; other tags have to be named."


@imagescan.command()
@options.an_id
@click.option("--severity", type=click.Choice(SEVERITIES))
@click.option("--type", type=click.Choice(TYPES))
@click.option("--cve", metavar="CVE-ID")
@click.option("--package", metavar="NAME")
@click.option("--format", "form", type=click.Choice(["table", "json", "csv", "sarif"]))
@with_app
def findings(
    api: Api, screen: Screen, its_id: UUID, form: str | None, **where: str | None
) -> ExitCode:
    """Tell what a scan found, the most severe first.

    Of a scan that did not complete nothing is told, and the exit code is 3: an empty list would
    look clean.
    """
    path = f"/scans/{its_id}/findings"
    if form in ("csv", "sarif"):
        if screen.as_json:
            raise Failure(
                ExitCode.USAGE, "two_formats", f"--json and --format {form} exclude each other."
            )
        screen.show_document(api.text(path, format=form, **where))
        return ExitCode.FINE
    body = _whole_scan(api, its_id)
    found = every(api, path, "findings", where)
    screen.as_json |= form == "json"
    screen.show({"scanId": str(its_id), "findings": found}, list_of_findings(body, found, where))
    return ExitCode.FINE


def _whole_scan(api: Api, scan_id: UUID) -> Body:
    """Raises `Failure` for one that did not complete."""
    body = SCAN.get(api, scan_id).body
    if not is_whole(body):
        raise Failure(ExitCode.INCOMPLETE, "scan_not_completed", judge_scan(body, None).sentence)
    return body


@imagescan.command()
@options.resource_group
@options.subscription
@options.unscanned
@options.fail_on_unscanned
@with_app
def coverage(
    api: Api,
    screen: Screen,
    resource_group: str | None,
    subscription: UUID | None,
    unscanned: bool,
    fail_on_unscanned: bool,
) -> ExitCode:
    """Tell of every image that runs now when it was scanned, or why it never was."""
    scope = {
        "resourceGroup": resource_group,
        "subscriptionId": str(subscription) if subscription else None,
    }
    pages = list(all_pages(api, "/coverage", "images", scope))
    images = [one for page in pages for one in page["images"]]
    # Azure is asked anew for every page, and may be silent about something else each time.
    missing = [one for page in pages for one in page["unlisted"]]
    shown = [one for one in images if not (unscanned and one["isScanned"])]
    body = {"total": len(images), "unlisted": missing, "images": shown, "cursor": None}
    screen.show(body, what_runs(shown, missing))
    judgement = judge_coverage(images, missing)
    return end(screen, judgement) if fail_on_unscanned else ExitCode.FINE


@imagescan.command()
@options.an_id
@with_app
def cancel(api: Api, screen: Screen, its_id: UUID) -> ExitCode:
    """Cancel a scan or rescan; one that has ended stays as it is."""
    kind, reply = of_either(lambda kind: kind.cancel(api, its_id))
    screen.show(reply.body, kind.picture(reply.body))
    if reply.is_final:
        screen.say(f"The {kind.name} had ended before.")
    else:
        screen.say(f"The {kind.name} ends soon: imagescan status {its_id} --watch")
    return ExitCode.FINE
