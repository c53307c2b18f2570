"""The JSON of what belongs to an app: https://devcenter.heroku.com/articles/platform-api-reference"""

from typing import Any

from toolbelt.simulator.belongings import PERMISSIONS, Addon, Collaborator, Domain, Pipeline, ProcessType
from toolbelt.simulator.catalogue import cents
from toolbelt.simulator.logbook import LogSession
from toolbelt.simulator.records import App
from toolbelt.simulator.shapes import app_ref, named_ref, second, user_ref
from toolbelt.simulator.sizes import size_ref


def formation_json(app: App, process: ProcessType) -> dict[str, Any]:
    return {
        "app": app_ref(app),
        "command": process.command,
        "created_at": second(process.created_at),
        "dyno_size": size_ref(process.size),
        "id": process.id,
        "quantity": process.quantity,
        "size": process.size,
        "type": process.type,
        "updated_at": second(process.updated_at),
    }


def addon_json(app: App, addon: Addon) -> dict[str, Any]:
    return {
        "actions": [],
        "addon_service": named_ref(addon.service),
        "app": app_ref(app),
        "billed_price": {"cents": cents(addon.plan), "contract": False, "unit": "month"},
        "billing_entity": {**app_ref(app), "type": "app"},
        "config_vars": [] if addon.state == "provisioning" else sorted(addon.values),
        "created_at": second(addon.created_at),
        "id": addon.id,
        "name": addon.name,
        "plan": named_ref(addon.plan),
        "provider_id": addon.provider_id,
        "state": addon.state,
        "updated_at": second(addon.updated_at),
        "web_url": _sso(app, addon),
    }


def attachment_json(app: App, addon: Addon) -> dict[str, Any]:
    return {
        "addon": {"app": app_ref(app), "id": addon.id, "name": addon.name},
        "app": app_ref(app),
        "created_at": second(addon.created_at),
        "id": addon.attachment_id,
        "log_input_url": None,
        "name": addon.attachment,
        "namespace": None,
        "updated_at": second(addon.updated_at),
        "web_url": _sso(app, addon),
    }


def domain_json(app: App, domain: Domain) -> dict[str, Any]:
    return {
        "acm_status": None,
        "acm_status_reason": None,
        "app": app_ref(app),
        "cname": domain.cname,
        "created_at": second(domain.created_at),
        "hostname": domain.hostname,
        "id": domain.id,
        "kind": domain.kind,
        "sni_endpoint": None,
        "status": domain.status,
        "updated_at": second(domain.updated_at),
    }


def collaborator_json(app: App, collaborator: Collaborator) -> dict[str, Any]:
    return {
        "app": app_ref(app),
        "created_at": second(collaborator.created_at),
        "id": collaborator.id,
        "permissions": [{"description": f"Can {name} this app", "name": name} for name in PERMISSIONS],
        "role": collaborator.role,
        "updated_at": second(collaborator.updated_at),
        "user": {**user_ref(collaborator.user), "federated": False},
    }


def pipeline_json(pipeline: Pipeline) -> dict[str, Any]:
    return {
        "created_at": second(pipeline.created_at),
        "generation": named_ref("cedar"),
        "id": pipeline.id,
        "name": pipeline.name,
        "owner": {"id": pipeline.owner.id, "type": "user"},
        "updated_at": second(pipeline.updated_at),
    }


def log_session_json(session: LogSession, base_url: str) -> dict[str, Any]:
    """The link is a secret: who has it reads the log without a token."""
    return {
        "created_at": second(session.created_at),
        "id": session.id,
        "logplex_url": f"{base_url.rstrip('/')}/logplex/sessions/{session.key}",
        "updated_at": second(session.created_at),
    }


def _sso(app: App, addon: Addon) -> str:
    return f"https://addons-sso.heroku.com/apps/{app.id}/addons/{addon.id}"
