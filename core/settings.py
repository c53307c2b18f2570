"""Everything that can be set, in one frozen class; each field is an environment variable of the same name."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

Brake = Literal["live", "shadow", "off"]
PASSWORD_LEAST = 12  # characters: whoever has it can stop and start what acts on production


class SettingsError(Exception):
    """A setting is missing or cannot be used; whoever starts the process must mend it. Holds no values."""


class Settings(BaseSettings):
    """What the processes of the service read at their start, and never again."""

    model_config = SettingsConfigDict(
        frozen=True, extra="ignore", hide_input_in_errors=True, env_ignore_empty=True, populate_by_name=True
    )

    webhook_secret: SecretStr | None = Field(
        None,
        description="Secrets that sign Heroku's deliveries, comma-separated: one per subscription, "
        "and the old beside the new while a secret is replaced. Required.",
    )
    webhook_authorization: SecretStr | None = Field(
        None, description="The exact Authorization header given when the webhook was registered, if one was."
    )
    public_url: str | None = Field(
        None,
        description="Where Heroku reaches this service, as in https://my-dynohook.herokuapp.com; "
        "`bin/dynohook subscribe` has apps' webhooks sent there, and messages link to its console.",
    )
    redis_url: SecretStr | None = Field(
        None, description="Where Redis is; the Key-Value Store add-on sets it. Required."
    )
    heroku_api_key: SecretStr | None = Field(
        None,
        description="A token for Heroku's API. Without one the service runs if no live rule needs the API.",
    )
    heroku_oauth_client_id: str | None = Field(
        None,
        description="The id of an OAuth client; only `bin/dynohook authorize` needs it, which gets the refresh token.",
    )
    heroku_oauth_client_secret: SecretStr | None = Field(
        None, description="Instead of HEROKU_API_KEY: the secret of an OAuth client, with a refresh token of it."
    )
    heroku_oauth_refresh_token: SecretStr | None = Field(
        None,
        description="The refresh token that goes with HEROKU_OAUTH_CLIENT_SECRET. It stays in the processes' memory; "
        "the tokens got with it lie sealed in Redis.",
    )
    heroku_id_url: str = Field(
        "https://id.heroku.com", description="Where Heroku gives out tokens; changed only to use the simulator."
    )
    heroku_api_url: str = Field(
        "https://api.heroku.com", description="Where Heroku's API is; changed only to use the simulator."
    )
    rules_path: str = Field("rules/library", description="Rule files or folders of them, separated by colons.")
    rules_yaml: str | None = Field(None, description="A rule file's text, which adds to RULES_PATH.")
    act: Brake | None = Field(
        None,
        description="The brake over all rules: live lets each rule's own mode count, shadow lets them decide "
        "and touch nothing, off stops them. Default live; shadow in a review app.",
    )
    service_account: bool = Field(
        False,
        description="true if HEROKU_API_KEY belongs to an account that only Dynohook uses: then whatever that "
        "account does is our own effect and starts nothing.",
    )
    allow_private_addresses: bool = Field(
        False,
        description="true lets rules' requests, messages and health checks go to private networks and to this machine; "
        "otherwise only to the public internet.",
    )
    inference_url: str | None = Field(
        None, description="Where Heroku's Managed Inference is; the add-on sets it. Needed by rules that ask an agent."
    )
    inference_key: SecretStr | None = Field(None, description="Its key; the add-on sets it.")
    inference_model_id: str | None = Field(
        None, description="The model that agents use unless a rule names another; the add-on sets it."
    )
    metrics_token: SecretStr | None = Field(
        None, description="Bearer token that opens /metrics; without one there is no such page."
    )
    console_password: SecretStr | None = Field(
        None,
        description="What opens the console, of at least 12 characters; without one there is no console.",
    )
    keep_days: Annotated[int, Field(ge=1, le=365)] = Field(14, description="How long decided events are kept, in days.")
    keep_megabytes: Annotated[int, Field(ge=5, le=100_000)] = Field(
        15,
        description="How much memory Redis may use, in MB, before the oldest decided events are let go; "
        "the smallest plan has 25.",
    )
    log_format: Literal["logfmt", "json", "console"] = Field("logfmt", description="How log lines are written.")

    heroku_app_id: str | None = Field(
        None, description="Set by Heroku's dyno metadata: our own app, on which nothing is done unasked."
    )
    heroku_app_name: str | None = Field(None, description="Set by Heroku's dyno metadata: our own app's name.")
    heroku_parent_app_name: str | None = Field(
        None, description="Set by Heroku in a review app; then ACT defaults to shadow."
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read the environment (or what a test hands in) and nothing else."""
        return init_settings, env_settings

    @field_validator("webhook_secret")
    @classmethod
    def _no_blank_secret(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and any(not part.strip() for part in value.get_secret_value().split(",")):
            raise ValueError("one of its comma-separated entries is blank")
        return value

    @field_validator("redis_url")
    @classmethod
    def _an_address_of_redis(cls, value: SecretStr | None) -> SecretStr | None:
        """Said here and without the value: whoever else stumbles over it would quote a part of the password."""
        if value is None or value.get_secret_value().startswith("unix:///"):
            return value
        try:
            parts = urlsplit(value.get_secret_value())
            fits = parts.scheme in ("redis", "rediss") and bool(parts.hostname) and parts.port != 0
        except ValueError:
            fits = False
        if not fits:
            raise ValueError("must be an address like redis://:password@host:6379, with the password percent-encoded")
        return value

    @field_validator("console_password")
    @classmethod
    def _no_short_password(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value().strip()) < PASSWORD_LEAST:
            raise ValueError(f"must have at least {PASSWORD_LEAST} characters: openssl rand -base64 18")
        return value

    @field_validator("public_url")
    @classmethod
    def _an_address_for_heroku(cls, value: str | None) -> str | None:
        return value if value is None else _plain_address(value)

    @property
    def webhook_secrets(self) -> tuple[SecretStr, ...]:
        """Each configured secret by itself; empty if none is set."""
        if self.webhook_secret is None:
            return ()
        return tuple(SecretStr(part.strip()) for part in self.webhook_secret.get_secret_value().split(","))

    @property
    def has_credentials(self) -> bool:
        """Whether there is a way to call Heroku's API."""
        by_oauth = self.heroku_oauth_client_secret and self.heroku_oauth_refresh_token
        return bool(self.heroku_api_key or by_oauth)

    @property
    def brake(self) -> Brake:
        """The mode no rule may exceed: ACT, or shadow in a review app that says nothing else."""
        if self.act is not None:
            return self.act
        return "shadow" if self.heroku_parent_app_name else "live"

    @property
    def own_app(self) -> frozenset[str]:
        """Id and name of the app that the service itself is, as far as they are known."""
        return frozenset(filter(None, (self.heroku_app_id, self.heroku_app_name)))


REQUIRED = ("webhook_secret", "redis_url")  # without them no process of the service starts
LOOPBACK = ("127.0.0.1", "::1", "localhost")
WAYS_OUT = {
    "webhook_secret": "give it the secret with which the webhook was registered",
    "heroku_api_key": "give it a token: heroku authorizations:create",
    "heroku_oauth_client_id": "give it the id of a client: heroku clients:create Dynohook http://localhost:5001/",
    "heroku_oauth_client_secret": "give it the secret of that client, which heroku clients:create told with its id",
    "inference_url": "heroku addons:create heroku-inference sets it",
    "inference_key": "heroku addons:create heroku-inference sets it",
    "redis_url": "add Heroku Key-Value Store, or use bin/dev, which starts a server of its own",
    "public_url": "give it the address at which Heroku reaches the service, as in https://my-dynohook.herokuapp.com",
}


def read(*needed: str, environment: Mapping[str, Any] | None = None) -> Settings:
    """The settings, with each of `needed` present. Raises SettingsError, which names what to set and no value."""
    try:
        settings = Settings() if environment is None else _from(environment)
    except ValidationError as error:
        found = error.errors(include_input=False, include_url=False, include_context=False)
        problems = "; ".join(f"{str(e['loc'][0]).upper()}: {e['msg'].removeprefix('Value error, ')}" for e in found)
        raise SettingsError(problems) from None
    for name in needed:
        if getattr(settings, name) is None:
            raise SettingsError(f"{name.upper()} is not set: {WAYS_OUT[name]}")
    return settings


class _Given(Settings):
    """The settings of an environment that is not this process's own, which would fill in what is missing."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003
        init_settings: PydanticBaseSettingsSource,
        *_: PydanticBaseSettingsSource,
        **__: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings,)


def _from(environment: Mapping[str, Any]) -> Settings:
    known = {name.lower(): value for name, value in environment.items() if value != ""}
    return _Given(**{name: known[name] for name in Settings.model_fields if name in known})


def _plain_address(text: str) -> str:
    """The address without a slash at its end; ValueError for one that deliveries must not go to, or cannot."""
    url = urlsplit(text)
    if not url.hostname or url.username or url.password or url.path not in ("", "/") or url.query or url.fragment:
        raise ValueError("it must be an address without a path, like https://my-dynohook.herokuapp.com")
    if url.scheme != "https" and not (url.scheme == "http" and url.hostname in LOOPBACK):
        raise ValueError("it must begin with https://, as whoever listens on the way could read deliveries otherwise")
    return text.rstrip("/")
