"""The composition root: one cached builder per thing; tests replace a builder's result through `override`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from chalicelib.adapters.aws import spare_needless_work
from chalicelib.adapters.clock import SystemClock
from chalicelib.adapters.secrets import Secrets, SecretsManagerSecrets
from chalicelib.domain import catalogue
from chalicelib.domain.client_events import EVENTS
from chalicelib.domain.contracts import CONTRACTS
from chalicelib.domain.identity import Authenticator
from chalicelib.domain.interactions import INTERACTIONS
from chalicelib.domain.mandats import MANDATS
from chalicelib.domain.organisations import ORGANISATIONS
from chalicelib.domain.passwords import Passwords
from chalicelib.domain.people import LINKS, PEOPLE
from chalicelib.domain.ports import AuditTrail, Clock, Idempotency
from chalicelib.domain.produits import PRODUITS
from chalicelib.domain.tasks import TASKS
from chalicelib.domain.tokens import AccessTokens
from chalicelib.domain.users import ROLES, TEAMS, USERS
from chalicelib.domain.views import VIEWS
from chalicelib.repositories.connections import DynamoConnections
from chalicelib.repositories.identity import DynamoIdentity
from chalicelib.repositories.items import use_table
from chalicelib.repositories.mail_claims import DynamoMailClaims
from chalicelib.repositories.records import DynamoRecords
from chalicelib.services.accounts import AccountService
from chalicelib.services.api_keys import ApiKeyService
from chalicelib.services.authentication import Authentication, TokenAuthenticator
from chalicelib.services.contracts import ContractService
from chalicelib.services.mandats import MandatService
from chalicelib.services.people import LinkService
from chalicelib.services.realtime import RealtimeService
from chalicelib.services.records import RecordService
from chalicelib.services.roles import RoleService
from chalicelib.services.search import SearchService
from chalicelib.services.tasks import TaskService
from chalicelib.services.teams import TeamService
from chalicelib.services.throttle import Throttle
from chalicelib.services.users import UserService
from chalicelib.services.views import ViewService
from chalicelib.settings import get_settings

if TYPE_CHECKING:
    from chalicelib.adapters.event_bus import EventBridgePublisher
    from chalicelib.adapters.index_queue import SqsIndexQueue
    from chalicelib.adapters.record_index.replica import Replica
    from chalicelib.adapters.record_index.schema import IndexSchema
    from chalicelib.adapters.record_index.store import IndexStore
    from chalicelib.repositories.trails import DynamoTrails
    from chalicelib.services.access_log import AccessLog
    from chalicelib.services.account_relay import AccountRelay
    from chalicelib.services.dashboards import DashboardService
    from chalicelib.services.exports import ExportService
    from chalicelib.services.health import HealthService
    from chalicelib.services.indexing import Indexing
    from chalicelib.services.mails import MailService
    from chalicelib.services.notifications import NotificationService
    from chalicelib.services.relay import Relay

T = TypeVar("T")
INDEX_DIRECTORY = Path("/tmp/index")  # noqa: S108 - the one place a Lambda function may write
_built: dict[str, Any] = {}


def _once(builder: Callable[[], T]) -> Callable[[], T]:
    @wraps(builder)
    def get() -> T:
        if builder.__name__ not in _built:
            _built[builder.__name__] = builder()
        result: T = _built[builder.__name__]
        return result

    return get


@contextmanager
def override(**results: Any) -> Iterator[None]:
    """Use `results` (by builder name) and rebuild the rest; what was built before comes back at the end."""
    before = dict(_built)
    _built.clear()
    _built.update(results)
    try:
        yield
    finally:
        _built.clear()
        _built.update(before)


@_once
def clock() -> Clock:
    return SystemClock()


@_once
def secret_store() -> SecretsManagerSecrets:
    return SecretsManagerSecrets(get_settings().auth_secret_id)


def secrets() -> Secrets:
    return secret_store().get()


@_once
def records() -> DynamoRecords:
    use_table(get_settings().table_name, spare_needless_work)
    return DynamoRecords(catalogue.MODELS)


def audit_trail() -> AuditTrail:
    return records()


def idempotency() -> Idempotency:
    return records()


@_once
def index_schema() -> IndexSchema:
    from chalicelib.adapters.record_index.schema import IndexSchema

    return IndexSchema(catalogue.LISTED)


@_once
def index_store() -> IndexStore:
    from chalicelib.adapters.record_index.clients import published_index

    settings = get_settings()
    return published_index(settings.index_bucket, settings.table_name, index_schema().fingerprint)


@_once
def record_index() -> Replica:
    from chalicelib.adapters.record_index.replica import Replica

    return Replica(index_schema(), index_store(), INDEX_DIRECTORY)


@_once
def indexing() -> Indexing:
    from chalicelib.adapters.record_index.publisher import SegmentPublisher
    from chalicelib.services.indexing import Indexing

    publisher = SegmentPublisher(index_schema(), index_store(), INDEX_DIRECTORY)
    return Indexing(records(), publisher, catalogue.LISTED, clock())


@_once
def identity() -> DynamoIdentity:
    return DynamoIdentity(records())


@_once
def access_tokens() -> AccessTokens:
    return AccessTokens(secrets, public_origin())


@_once
def authenticator() -> Authenticator:
    return TokenAuthenticator(identity(), access_tokens(), clock())


def public_origin() -> str:
    """Scheme and host under which browsers reach us; also the issuer of our tokens."""
    parts = urlsplit(get_settings().public_url)
    return f"{parts.scheme}://{parts.netloc}"


@_once
def passwords() -> Passwords:
    return Passwords(lambda: secrets().pepper)


@_once
def throttle() -> Throttle:
    return Throttle(identity(), clock())


@_once
def authentication() -> Authentication:
    return Authentication(identity(), records(), passwords(), access_tokens(), secrets, throttle(), clock())


@_once
def accounts() -> AccountService:
    return AccountService(identity(), records(), passwords(), secrets, throttle(), clock())


@_once
def api_keys() -> ApiKeyService:
    return ApiKeyService(identity(), clock())


@_once
def users() -> UserService:
    return UserService(USERS, records(), record_index(), clock(), identity())


@_once
def teams() -> TeamService:
    belonging = [kind for kind in catalogue.KINDS.values() if "team_id" in kind.fields.model_fields]
    return TeamService(TEAMS, records(), record_index(), clock(), identity(), belonging)


@_once
def roles() -> RoleService:
    return RoleService(ROLES, records(), record_index(), clock(), identity())


@_once
def realtime() -> RealtimeService:
    from chalicelib.adapters.websockets import ApiGatewayConnections

    records()
    gateway = ApiGatewayConnections(get_settings().websocket_endpoint)
    return RealtimeService(DynamoConnections(), gateway, clock())


@_once
def mails() -> MailService:
    from chalicelib.adapters.mail_templates import JinjaMailTemplates
    from chalicelib.adapters.ses_mailer import SesMailer
    from chalicelib.services.mails import MailService

    templates = JinjaMailTemplates(get_settings().public_url)
    mailer = SesMailer(get_settings().mail_sender)
    return MailService(identity(), DynamoMailClaims(), templates, mailer, secrets, clock())


@_once
def organisations() -> RecordService[Any]:
    return RecordService(ORGANISATIONS, records(), record_index(), clock())


@_once
def people() -> RecordService[Any]:
    return RecordService(PEOPLE, records(), record_index(), clock())


@_once
def links() -> LinkService:
    return LinkService(LINKS, records(), record_index(), clock())


@_once
def interactions() -> RecordService[Any]:
    return RecordService(INTERACTIONS, records(), record_index(), clock())


@_once
def tasks() -> TaskService:
    return TaskService(TASKS, records(), record_index(), clock())


@_once
def produits() -> RecordService[Any]:
    return RecordService(PRODUITS, records(), record_index(), clock())


@_once
def mandats() -> MandatService:
    return MandatService(MANDATS, records(), record_index(), clock())


@_once
def contracts() -> ContractService:
    return ContractService(CONTRACTS, records(), record_index(), clock())


@_once
def client_events() -> RecordService[Any]:
    return RecordService(EVENTS, records(), record_index(), clock())


@_once
def views() -> ViewService:
    return ViewService(VIEWS, records(), record_index(), clock())


@_once
def dashboards() -> DashboardService:
    from chalicelib.services.dashboards import DashboardService

    return DashboardService(records(), record_index(), clock())


@_once
def exports() -> ExportService:
    from chalicelib.services.exports import ExportService

    return ExportService(catalogue.LISTED, records(), record_index(), audit_trail(), clock())


@_once
def notifications() -> NotificationService:
    from chalicelib.repositories.notifications import DynamoNotifications
    from chalicelib.services.notifications import NotificationService

    return NotificationService(records(), DynamoNotifications(), realtime(), record_index(), clock())


@_once
def trails() -> DynamoTrails:
    from chalicelib.repositories.trails import DynamoTrails

    records()
    return DynamoTrails()


@_once
def access_log() -> AccessLog:
    from chalicelib.adapters.access_queue import SqsAccessQueue
    from chalicelib.services.access_log import AccessLog

    return AccessLog(SqsAccessQueue(get_settings().access_queue_url), trails(), clock())


@_once
def search() -> SearchService:
    return SearchService(catalogue.LISTED, records(), record_index(), clock())


@_once
def index_queue() -> SqsIndexQueue:
    from chalicelib.adapters.index_queue import SqsIndexQueue

    return SqsIndexQueue(get_settings().index_queue_url)


@_once
def event_bus() -> EventBridgePublisher:
    from chalicelib.adapters.event_bus import EventBridgePublisher

    return EventBridgePublisher(get_settings().event_bus_name)


@_once
def relay() -> Relay:
    from chalicelib.repositories.history import DynamoHistory
    from chalicelib.services.relay import Relay

    return Relay(records(), DynamoHistory(), event_bus(), index_queue(), clock())


@_once
def account_relay() -> AccountRelay:
    from chalicelib.services.account_relay import AccountRelay

    return AccountRelay(event_bus(), realtime())


@_once
def health() -> HealthService:

    from chalicelib.adapters.failures import AWS_FAILURES
    from chalicelib.services.health import HealthService

    return HealthService(records(), records(), index_queue(), record_index(), clock(), AWS_FAILURES)
