"""An app with a binding that the local host does not serve."""

import azure.functions as func

app = func.FunctionApp()


@app.queue_trigger(arg_name="message", queue_name="q", connection="AzureWebJobsStorage")
def on_message(message: func.QueueMessage) -> None:
    """Never called."""
