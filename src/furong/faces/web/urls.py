"""Addresses of the web face."""

from django.urls import path

from furong.faces.web.views import home, imports, journal, policies, public, session, subjects

urlpatterns = [
    path("", home.home, name="home"),
    path("login/", session.sign_in, name="sign_in"),
    path("login/as/", session.sign_in_as, name="sign_in_as"),
    path("logout/", session.sign_out, name="sign_out"),
    path("large-text/", session.large_text, name="large_text"),
    path("subjects/", subjects.list_subjects, name="subjects"),
    path("subjects/export/", subjects.export, name="subjects_export"),
    path("subjects/<uuid:pk>/", subjects.show_subject, name="subject"),
    path("subjects/<uuid:pk>/answer/", subjects.answer, name="subject_answer"),
    path("subjects/<uuid:pk>/facts/<slug:fact>/", subjects.show_history, name="fact_history"),
    path("policies/", policies.list_policies, name="policies"),
    path("policies/<slug:policy>/", policies.show_policy, name="policy"),
    path("policies/<slug:policy>/subjects/", policies.list_reached, name="policy_subjects"),
    path(
        "policies/<slug:policy>/subjects/export/",
        policies.export_reached,
        name="policy_subjects_export",
    ),
    path("imports/", imports.upload, name="imports"),
    path("imports/<uuid:pk>/columns/", imports.columns, name="import_mapping"),
    path("imports/<uuid:pk>/preview/", imports.look, name="import_preview"),
    path("imports/<uuid:pk>/commit/", imports.take_over, name="import_commit"),
    path("imports/<uuid:pk>/progress/", imports.progress, name="import_progress"),
    path("imports/<uuid:pk>/invalid/", imports.invalid, name="import_invalid"),
    path("imports/batches/<uuid:pk>/", imports.result, name="import_result"),
    path("journal/", journal.verify, name="journal"),
    path("p/", public.list_policies, name="public_policies"),
    path("p/<slug:policy>/", public.show_policy, name="public_policy"),
]
