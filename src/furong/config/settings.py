"""Django settings. What differs between installations comes from the environment (`config/env.py`)."""

from pathlib import Path

from django.utils.csp import CSP

from furong.apps.policies.limits import FORM_FIELDS
from furong.config import env

STATE_DIR = Path(env.text("FURONG_STATE", "var")).resolve()
DEMO = env.flag("FURONG_DEMO", default=False)
DEBUG = env.flag("FURONG_DEBUG", default=False)
SECRET_KEY = env.text("FURONG_SECRET_KEY", "")
ALLOWED_HOSTS = env.words("FURONG_HOSTS", "127.0.0.1,localhost,[::1]")
CSRF_TRUSTED_ORIGINS = env.words("FURONG_ORIGINS", "")

DATABASES = {
    "default": env.database(env.text("DATABASE_URL", f"sqlite:///{STATE_DIR}/furong.sqlite3"))
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "ninja",
    "furong.apps.base",
    "furong.apps.directory",
    "furong.apps.registry",
    "furong.apps.notices",
    "furong.apps.cases",
    "furong.apps.policies",
    "furong.apps.handlers",
    "furong.faces.web",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "furong.faces.web.remembering.remember",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "furong.faces.web.idle.idle_exit",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "furong.config.urls"
WSGI_APPLICATION = "furong.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csp",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "furong.faces.web.frame.frame",
            ]
        },
    }
]

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("zh-hant", "繁體中文"), ("en", "English")]
LOCALE_PATHS = [Path(__file__).resolve().parent.parent / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"  # storage; a page shows the district's zone, which its pack names

STATIC_URL = "/static/"
STATIC_ROOT = STATE_DIR / "static"
MEDIA_ROOT = STATE_DIR / "files"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"hide_links": {"()": "furong.faces.web.redacting.HideLinks"}},
    "loggers": {
        name: {"filters": ["hide_links"]} for name in ("django.request", "django.security.csrf")
    },
}

AUTH_USER_MODEL = "directory.User"
AUTHENTICATION_BACKENDS = ["furong.apps.directory.sessions.Accounts"]
SESSION_ENGINE = "furong.apps.directory.sessions"
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"

SECURE_CSP = {
    "default-src": [CSP.SELF],
    "script-src": [CSP.SELF, CSP.NONCE],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "object-src": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_AGE = 60 * env.number("FURONG_IDLE_MINUTES", default=120)
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = env.flag("FURONG_HTTPS", default=False)
SECURE_HSTS_SECONDS = 31_536_000 if SESSION_COOKIE_SECURE else 0
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = FORM_FIELDS  # of the largest form, the policy studio's

# The pack that this installation serves: a folder, or the name of a pack that the wheel carries.
FURONG_PACK = env.text("FURONG_PACK", "furong-2020")

# Keys of personal values (64 hexadecimal digits each): the first one encrypts, all of them decrypt.
FURONG_PERSONAL_KEY = env.words("FURONG_PERSONAL_KEY", "")
# The key of the digests by which natural persons are found: 64 hexadecimal digits, never changed.
FURONG_BLIND_KEY = env.text("FURONG_BLIND_KEY", "")
FURONG_JOURNAL_HASH = env.text("FURONG_JOURNAL_HASH", "sha256")
FURONG_TRIAGE = env.text("FURONG_TRIAGE", str(STATE_DIR / "triage" / "model.npz"))
FURONG_ERASURES = env.text("FURONG_ERASURES", str(STATE_DIR / "erasures.jsonl"))
FURONG_UPLOAD_MB = env.number("FURONG_UPLOAD_MB", default=20)
FURONG_REPLY_DAYS = env.number("FURONG_REPLY_DAYS", default=30)

# Notices: the address that links on paper lead to, channels out of the platform, when to be quiet.
FURONG_URL = env.text("FURONG_URL", "")
FURONG_CHANNELS = env.words("FURONG_CHANNELS", "")
FURONG_QUIET_HOURS = env.text("FURONG_QUIET_HOURS", "22:00-07:00")
