"""The Chalice application: blueprints for HTTP, plain functions for everything else."""

from __future__ import annotations

from typing import Any

from chalice.app import Chalice

from chalicelib.handlers import (
    access_log,
    api_keys,
    audit,
    auth,
    client_events,
    contracts,
    dashboards,
    docs,
    exports,
    interactions,
    mail,
    mandats,
    me,
    notifications,
    notifier,
    organisations,
    people,
    produits,
    queues,
    realtime,
    roles,
    schedules,
    search,
    streams,
    system,
    tasks,
    teams,
    users,
    views,
)

app = Chalice(app_name="alforis-crm", configure_logs=False)
app.debug = False

for module in (
    system,
    docs,
    auth,
    me,
    users,
    teams,
    roles,
    api_keys,
    organisations,
    people,
    interactions,
    tasks,
    produits,
    mandats,
    contracts,
    client_events,
    search,
    views,
    dashboards,
    exports,
    notifications,
    realtime,
    audit,
    access_log,
):
    app.register_blueprint(module.blueprint)


@app.lambda_function(name="relay")
def relay(event: Any, _context: Any) -> Any:
    return streams.handle_stream(event)


@app.lambda_function(name="indexer")
def indexer(event: Any, _context: Any) -> Any:
    return queues.handle_index_batch(event)


@app.lambda_function(name="mailer")
def mailer(event: Any, context: Any) -> Any:
    return mail.handle_mail_batch(event, context)


@app.lambda_function(name="notifier")
def notifier_batch(event: Any, context: Any) -> Any:
    return notifier.handle_notification_batch(event, context)


@app.lambda_function(name="recorder")
def recorder(event: Any, _context: Any) -> Any:
    return access_log.handle_access_batch(event)


@app.lambda_function(name="realtime")
def realtime_socket(event: Any, context: Any) -> Any:
    return realtime.handle_realtime(event, context)


@app.lambda_function(name="maintenance")
def maintenance(event: Any, _context: Any) -> Any:
    return schedules.handle_maintenance(event)
