"""Settings: which source wins, what is refused, and that every mistake is told at once."""

from ipaddress import ip_network
from pathlib import Path

import pytest
from click.testing import CliRunner

from waypost.cli import run
from waypost.settings import Option, Place, Settings, SettingsError, is_loopback, load, options


def mistakes_of(
    flags: dict[str, object] | None = None, environ: dict[str, str] | None = None, toml_path: Path | None = None
) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load(flags or {}, environ or {}, toml_path)
    return caught.value.mistakes


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "waypost.toml"
    path.write_text('port = 1003\nnumber = 15550100901\nrules = "relaxed"\n', encoding="utf-8")
    return path


def test_nothing_given_means_every_default() -> None:
    settings = load({}, {})

    assert settings == Settings()


def test_a_flag_wins_over_the_environment_and_that_over_the_file(file: Path) -> None:
    environ = {"WAYPOST_PORT": "1002", "WAYPOST_NUMBER": "15550100902"}

    settings = load({"port": "1001"}, environ, file)

    assert settings == Settings(port=1001, number="15550100902", rules="relaxed")


def test_a_flag_that_was_not_given_and_an_empty_variable_change_nothing(file: Path) -> None:
    settings = load({"port": None, "fetch_allow": ()}, {"WAYPOST_PORT": ""}, file)

    assert settings == load({}, {}, file)


def test_every_setting_can_come_from_the_environment(tmp_path: Path) -> None:
    environ = {
        "WAYPOST_HOST": "0.0.0.0",
        "WAYPOST_PORT": "0",
        "WAYPOST_DATA": str(tmp_path),
        "WAYPOST_STORE": "postgresql://waypost@localhost/waypost",
        "WAYPOST_MEDIA": "file:///srv/media",
        "WAYPOST_NUMBER": "4915112345678",
        "WAYPOST_TOKEN": "token-1",
        "WAYPOST_WEBHOOK": "http://127.0.0.1:9000/hook?a=b",
        "WAYPOST_APP_SECRET": "secret-1",
        "WAYPOST_CALLBACK_DIALECT": "onprem",
        "WAYPOST_GRAPH_VERSION": "v23.0",
        "WAYPOST_WEBHOOK_SHAPE": "2025",
        "WAYPOST_HIDDEN_USERS": "pseudo",
        "WAYPOST_STATUS_DELAY": "0.5",
        "WAYPOST_RULES": "relaxed",
        "WAYPOST_ROLE": "api",
        "WAYPOST_WORKER_HOST": "0.0.0.0",
        "WAYPOST_WORKER_PORT": "8361",
        "WAYPOST_STRICT_PLUS": "true",
        "WAYPOST_FETCH_ALLOW": "127.0.0.0/8, ::1/128",
        "WAYPOST_SECRETS_KEY": f"{'A' * 43}=, {'_' * 42}8=",
        "WAYPOST_ADMIN_TOKEN": "admin-1",
        "WAYPOST_ADMIN_PASSWORD": "long enough",
        "WAYPOST_MONITORING_KEY": "monitor-key-1",
        "WAYPOST_FIRST_LOGIN": "true",
        "WAYPOST_MASK_PROVIDERS": "true",
        "WAYPOST_READY_FILE": str(tmp_path / "ready.json"),
        "WAYPOST_TLS": "true",
        "WAYPOST_ALLOWED_HOSTS": "Waypost.example,host.docker.internal",
        "WAYPOST_PUBLIC_URL": "https://WhatsApp.example.com/",
        "WAYPOST_WEBHOOK_SUCCESS": "2xx",
        "WAYPOST_WEBHOOK_TIMEOUT_SECONDS": "5",
        "WAYPOST_MAX_REDIRECTS": "3",
        "WAYPOST_TEMPLATE_REVIEW_SECONDS": "30",
        "WAYPOST_MAGIC_NUMBERS": "off",
        "WAYPOST_LINK_PREVIEWS": "off",
        "WAYPOST_MEDIA_REDIRECT": "true",
        "WAYPOST_KEEP_DAYS": "0",
        "WAYPOST_LOG_LEVEL": "debug",
        "WAYPOST_LOG_FORMAT": "json",
    }

    settings = load({}, environ)

    assert set(environ) == {option.variable for option in options()}
    assert settings == Settings(
        host="0.0.0.0",
        port=0,
        data=tmp_path,
        store="postgresql://waypost@localhost/waypost",
        media="file:///srv/media",
        number="4915112345678",
        token="token-1",
        webhook="http://127.0.0.1:9000/hook?a=b",
        app_secret="secret-1",
        callback_dialect="onprem",
        graph_version="v23.0",
        webhook_shape="2025",
        hidden_users="pseudo",
        status_delay=0.5,
        rules="relaxed",
        role="api",
        worker_host="0.0.0.0",
        worker_port=8361,
        strict_plus=True,
        fetch_allow=(ip_network("127.0.0.0/8"), ip_network("::1/128")),
        secrets_key=(bytes(32), b"\xff" * 32),
        admin_token="admin-1",
        admin_password="long enough",
        monitoring_key="monitor-key-1",
        first_login=True,
        mask_providers=True,
        ready_file=tmp_path / "ready.json",
        tls=True,
        allowed_hosts=("waypost.example", "host.docker.internal"),
        public_url="https://whatsapp.example.com",
        keep_days=0,
        webhook_success="2xx",
        webhook_timeout_seconds=5.0,
        max_redirects=3,
        template_review_seconds=30.0,
        magic_numbers="off",
        link_previews="off",
        media_redirect=True,
        log_level="debug",
        log_format="json",
    )


def test_a_file_may_use_the_types_of_toml(tmp_path: Path) -> None:
    path = tmp_path / "waypost.toml"
    path.write_text('tls = true\nstatus_delay = 2\nfetch_allow = ["127.0.0.0/8", "10.0.0.0/8"]\n', encoding="utf-8")

    settings = load({}, {}, path)

    networks = (ip_network("127.0.0.0/8"), ip_network("10.0.0.0/8"))
    assert settings == Settings(tls=True, status_delay=2.0, fetch_allow=networks)


@pytest.mark.parametrize("version", ["v23.0", "v24.0", "v25.0", "v26.0"])
def test_every_version_that_the_documents_of_2026_show_can_be_set(version: str) -> None:
    assert load({"graph_version": version}, {}).graph_version == version


def test_all_mistakes_are_told_at_once_with_their_source_and_the_way_out(tmp_path: Path) -> None:
    path = tmp_path / "waypost.toml"
    path.write_text('rules = "easy"\nprot = 1\n', encoding="utf-8")

    mistakes = mistakes_of({"port": "70000"}, {"WAYPOST_NUMBER": "+1555", "WAYPOST_TOKNE": "x"}, path)

    assert mistakes == [
        f"prot in {path}: there is no such setting; did you mean port?",
        "WAYPOST_TOKNE in the environment: there is no such setting; did you mean WAYPOST_TOKEN?",
        "--port 70000: this is out of range; write a whole number from 0 to 65535.",
        "WAYPOST_NUMBER=+1555: this is not a phone number of that form; "
        "write 7 to 15 digits, country code first, without + or zeros in front.",
        "rules = 'easy' in the settings file: this is none of the choices; write `platform` or `relaxed`.",
    ]


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("host", "not a host"),
        ("host", "::gg"),
        ("host", "a..b"),
        ("host", "a" * 64),
        ("port", "-1"),
        ("port", "80.5"),
        ("port", "eighty"),
        ("data", ""),
        ("data", "nul\0"),
        ("store", "postgresql://localhost"),
        ("store", "postgresql://localhost:port/waypost"),
        ("store", "mysql://localhost/waypost"),
        ("store", "postgresql:/localhost/waypost"),
        ("media", "gs://bucket/prefix"),
        ("media", "s3:/bucket/prefix"),
        ("media", "s3://bucket/prefix?endpoint=minio"),
        ("media", "s3://key:secret@bucket/prefix"),
        ("number", "015550100900"),
        ("number", "1555010090012345"),
        ("token", "two words"),
        ("token", "t" * 257),
        ("token", "tökén"),
        ("webhook", "ftp://example.com/"),
        ("webhook", "https://"),
        ("webhook", "https://user:password@example.com/"),
        ("webhook", "https://example.com:0/"),
        ("webhook", "https://example.com:70000/"),
        ("webhook", "https://example.com/#part"),
        ("status_delay", "nan"),
        ("status_delay", "-0.1"),
        ("fetch_allow", "127.0.0.1/8"),
        ("fetch_allow", "everything"),
        ("public_url", "whatsapp.example.com"),
        ("public_url", "https://example.com/waypost"),
        ("public_url", "https://example.com?x=1"),
        ("secrets_key", "c2hvcnQ="),
        ("secrets_key", f"{'A' * 43}=,not base64"),
        ("admin_password", "short"),
        ("ready_file", "/no/such/folder/ready.json"),
        ("keep_days", "1"),
        ("tls", "maybe"),
        ("webhook_success", "201"),
        ("webhook_timeout_seconds", "0"),
        ("max_redirects", "4"),
        ("log_level", "loud"),
    ],
)
def test_a_value_that_cannot_work_is_refused_by_its_flag(name: str, written: str) -> None:
    mistakes = mistakes_of({name: written})

    assert [mistake.split(" ")[0] for mistake in mistakes] == ["--" + name.replace("_", "-")]


def test_the_name_of_the_public_url_is_answered_too() -> None:
    settings = load({"public_url": "https://WhatsApp.example.com:8443/", "allowed_hosts": ("other.example",)}, {})

    assert settings.public_url == "https://whatsapp.example.com:8443"
    assert settings.names == ("other.example", "whatsapp.example.com")


def test_what_shares_its_work_needs_a_store_that_can_be_shared() -> None:
    told = "several processes can share PostgreSQL only; set --store to `postgresql://user:password@host/database`."

    mistakes = mistakes_of({"rules": "easy"}, {"WAYPOST_ROLE": "api"})
    with pytest.raises(SettingsError) as caught:
        load({"store": "waypost.db"}, {}, is_worker=True, opens_console=False)

    assert mistakes[1:] == [f"role api: {told}"]
    assert caught.value.mistakes == [f"waypost worker: {told}"]


def test_a_store_that_is_mistaken_is_told_of_once() -> None:
    [mistake] = mistakes_of({"role": "api", "store": "mysql://localhost/waypost"})

    assert mistake.startswith("--store mysql://localhost/waypost: ")


def test_a_bound_is_told_in_all_its_digits() -> None:
    [mistake] = mistakes_of({"template_review_seconds": "3e6"})

    assert mistake.endswith("write a number from 0 to 2592000.")


def test_the_sample_phone_is_no_business_number() -> None:
    [mistake] = mistakes_of({"number": "15550001111"})

    assert mistake.startswith("--number 15550001111: this is the sample phone, which writes to the number; write ")


def test_credentials_in_an_address_are_not_shown_with_the_mistake() -> None:
    [mistake] = mistakes_of({"media": "s3://key:secret@bucket/prefix"})

    assert mistake.startswith("--media s3://key:***@bucket/prefix: credentials do not belong into the address")


def test_media_may_lie_in_a_bucket_with_the_standard_variables_beside_it() -> None:
    environ = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "hunter2", "AWS_REGION": "", "AWS_OTHER": "x"}

    settings = load({"media": "s3://bucket/prefix?region=eu-central-1"}, environ)

    assert settings.media_place == Place("s3", "bucket/prefix?region=eu-central-1")
    assert settings.aws == {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "hunter2"}
    assert "hunter2" not in repr(settings)


def test_a_secret_is_never_shown() -> None:
    mistakes = mistakes_of({"token": "hunter2 hunter2", "admin_password": "hunter2", "secrets_key": ("hunter2",)})
    settings = load({"token": "hunter2"}, {})

    assert "hunter2" not in " ".join(mistakes)
    assert "hunter2" not in repr(settings)


def test_a_file_that_is_not_toml_or_not_there_is_a_mistake(tmp_path: Path) -> None:
    broken = tmp_path / "broken.toml"
    broken.write_bytes(b"port = \xff")

    assert [str(broken) in mistake for mistake in mistakes_of(toml_path=broken)] == [True]
    assert [str(tmp_path / "none") in mistake for mistake in mistakes_of(toml_path=tmp_path / "none")] == [True]


def test_a_host_that_others_can_reach_needs_an_admin_password() -> None:
    mistakes = mistakes_of({"host": "0.0.0.0"})
    settings = load({"host": "0.0.0.0", "admin_password": "long enough"}, {})

    assert mistakes == [
        "host 0.0.0.0: others can reach this address, so the console needs a password; "
        "set WAYPOST_ADMIN_PASSWORD, or listen on 127.0.0.1."
    ]
    assert settings.on_loopback is False


def test_a_command_that_opens_no_console_needs_no_password(tmp_path: Path) -> None:
    environ = {"WAYPOST_HOST": "0.0.0.0", "WAYPOST_STORE": str(tmp_path / "waypost.db")}

    done = {name: CliRunner().invoke(run, [name], env=environ).exit_code for name in ("migrate", "serve", "doctor")}

    assert done == {"migrate": 0, "serve": 2, "doctor": 2}


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.168.1.2", False),
        ("localhost.example", False),
    ],
)
def test_loopback_is_an_address_of_this_machine_only(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


def test_the_variables_of_a_kubernetes_service_called_waypost_are_not_settings() -> None:
    environ = {
        "WAYPOST_PORT": "tcp://10.0.0.7:8360",
        "WAYPOST_PORT_8360_TCP": "tcp://10.0.0.7:8360",
        "WAYPOST_PORT_8360_TCP_ADDR": "10.0.0.7",
        "WAYPOST_SERVICE_HOST": "10.0.0.7",
        "WAYPOST_SERVICE_PORT_HTTP": "8360",
    }

    assert load({}, environ) == Settings()


def test_stores_are_in_the_data_folder_unless_said_otherwise() -> None:
    by_default = load({"data": "here"}, {})
    elsewhere = load({"store": "/there/db", "media": "file:///there/media"}, {})

    assert (by_default.store_place, by_default.media_place) == (
        Place("sqlite", "here/waypost.db"),
        Place("file", "here/media"),
    )
    assert (elsewhere.store_place, elsewhere.media_place) == (
        Place("sqlite", "/there/db"),
        Place("file", "/there/media"),
    )


@pytest.mark.parametrize("option", options(), ids=lambda option: option.name)
def test_every_setting_has_a_sentence_of_help(option: Option) -> None:
    assert option.help.endswith(".")
    assert option.default


def test_a_bad_network_is_named_as_it_was_written() -> None:
    with pytest.raises(SettingsError) as caught:
        load({"fetch_allow": ("1.2.3",)}, {})

    assert caught.value.mistakes[0].startswith("--fetch-allow 1.2.3: ")


@pytest.mark.parametrize("scheme", ["postgresql", "postgres"])
def test_a_database_may_be_the_store_under_either_name_of_its_scheme(scheme: str) -> None:
    settings = load({"store": f"{scheme}://ada:hush@db/waypost"}, {})

    assert settings.store_place == Place("postgresql", "ada:hush@db/waypost")
    assert "hush" not in repr(settings)


def test_the_password_of_a_database_is_not_repeated_in_a_mistake() -> None:
    with pytest.raises(SettingsError) as caught:
        load({"store": "postgresql://ada:hush@db"}, {})

    assert caught.value.mistakes == [
        "--store postgresql://ada:***@db: this URL names no database; "
        "write a path, or `postgresql://user:password@host/database`."
    ]
