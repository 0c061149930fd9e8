"""What names mean: fields by family and key, keys of URLs, events, sites."""

import pytest

from pixelwitness.meaning.names.knowledge import DataClass, Knowledge, Matching


@pytest.mark.parametrize(
    ("name", "data_class", "matching"),
    [
        ("ud.em", "email", "manual"),
        ("aud.em", "email", "manual"),
        ("cud.em", "email", "manual"),
        ("udff.em", "email", "automatic"),
        ("audff.ph", "phone", "automatic"),
        ("ncudff.zp", "postal_code", "automatic"),
        ("user_data.em", "email", "server"),
        ("user_data.em.0", "email", "server"),
        ("am.external_id", "external_id", "manual"),
        ("fb.advanced_matching.em", "email", "manual"),
        ("ud.user_email", "email", "manual"),
        ("ud.consent_marketing_email_optin", "email", "manual"),
        ("ud.primaryPhone", "phone", "manual"),
        ("ud.profile_name", "first_name", "manual"),
        ("ud.fn", "first_name", "manual"),
        ("ud.surname", "last_name", "manual"),
        ("ud.ge", "gender", "manual"),
        ("ud.db", "birth_date", "manual"),
        ("user_data.doby", "birth_date", "server"),
        ("ud.ct", "city", "manual"),
        ("ud.st", "state", "manual"),
        ("ud.postal_code", "postal_code", "manual"),
        ("ud.country", "country", "manual"),
        ("ud.uid", "account_id", "manual"),
        ("user_data.client_ip_address", "ip_address", "server"),
        ("user_data.client_user_agent", "user_agent", "server"),
        ("user_data.fbp", "browser_id", "server"),
        ("user_data.fbc", "click_id", "server"),
        ("user_data.ctwa_clid", "click_id", "server"),
        ("user_data.fb_login_id", "login_id", "server"),
        ("user_data.lead_id", "lead_id", "server"),
        ("user_data.subscription_id", "subscription_id", "server"),
        ("user_data.madid", "device_id", "server"),
        ("user_data.anon_id", "device_id", "server"),
        ("fbp", "browser_id", "automatic"),
        ("fbc", "click_id", "automatic"),
        ("dl", "page_url", "automatic"),
        ("event_source_url", "page_url", "server"),
        ("website_context.location", "page_url", "automatic"),
        ("pmd.title", "page_title", "automatic"),
        ("cd.value", "money", "manual"),
        ("custom_data.predicted_ltv", "money", "server"),
        ("cd.contents.0.id", "product", "manual"),
        ("cd.contents.item_price", "money", "manual"),
        ("ap.contents.item_price", "money", "automatic"),
        ("cd.content_ids.3", "product", "manual"),
        ("cd.search_string", "search_text", "manual"),
        ("cd.order_id", "order_id", "manual"),
        ("cd.buttonFeatures.innerText", "button_text", "automatic"),
        ("cd.buttonFeatures.destination", "page_url", "automatic"),
        ("cd.formFeatures.name", "form_structure", "automatic"),
        ("cd.OpenGraph.og:title", "page_title", "automatic"),
        ("cd.Schema.org.name", "page_text", "automatic"),
        ("cd.userEmail", "email", "manual"),
        ("cd.customer.first_name", "first_name", "manual"),
        ("cookie.c_user", "account_id", "automatic"),
        ("cookie.xs", "secret", "automatic"),
        ("cookie.datr", "browser_id", "automatic"),
        ("cookie._fbp", "browser_id", "automatic"),
        ("cookie._fbi", "ip_address", "automatic"),
        ("cookie.anything", "cookie", "automatic"),
        ("param.access_token", "secret", "unknown"),
        ("param.cs_est", "technical", "automatic"),
        ("dpo", "consent", "manual"),
        # Not known:
        ("ud.note", "unknown", "manual"),
        ("cd.em", "unknown", "manual"),
        ("em", "unknown", "unknown"),
        ("cd.note", "unknown", "manual"),
        ("cd.data.value_of_things", "unknown", "manual"),
        ("elsewhere.em", "unknown", "unknown"),
        ("", "unknown", "unknown"),
        (".", "unknown", "unknown"),
        ("ud.", "unknown", "manual"),
    ],
)
def test_a_field_is_understood_by_family_and_key(
    knowledge: Knowledge, name: str, data_class: str, matching: Matching
) -> None:
    meaning = knowledge.field(name)
    assert (meaning.entry.data_class, meaning.matching) == (data_class, matching)


def test_a_known_key_inside_something_unknown_opens_nothing(knowledge: Knowledge) -> None:
    assert knowledge.field("cd.value").entry.keep is not None
    inner = knowledge.field("cd.patient.value").entry
    assert (inner.data_class, inner.keep) == (DataClass.MONEY, None)


def test_every_cookie_and_every_session_like_key_is_a_secret(knowledge: Knowledge) -> None:
    names = ["cookie.c_user", "cookie._fbp", "cookie.x", "cd.reset_token", "param.sessionid", "param.access_token"]
    names += ["ud.password", "header.authorization", "cd.user_password", "cd.PHPSESSID", "cd.card_number"]
    assert [name for name in names if not knowledge.field(name).entry.is_secret] == []
    assert [name for name in ("ud.em", "fbp", "cd.value", "dl") if knowledge.field(name).entry.is_secret] == []


@pytest.mark.parametrize(
    ("key", "data_class"),
    [
        ("email", "email"),
        ("E-Mail", "email"),
        ("user.email", "email"),
        ("fbclid", "click_id"),
        ("gclid", "click_id"),
        ("q", "search_text"),
        ("order", "order_id"),
        ("lat", "location"),
        ("token", "secret"),
        ("reset_token", "secret"),
        ("code", "secret"),
        ("sid", "secret"),
        ("page", None),
        ("utm_source", None),
        ("color", None),
    ],
)
def test_keys_of_page_addresses_are_understood(knowledge: Knowledge, key: str, data_class: str | None) -> None:
    entry = knowledge.key(key, "url")
    assert (entry.data_class if entry else None) == data_class


@pytest.mark.parametrize(
    ("name", "is_automatic", "kind"),
    [
        ("Purchase", False, "standard"),
        ("PageView", False, "standard"),
        ("purchase", False, "custom"),
        ("viewcontent", False, "custom"),
        ("Покупка", False, "custom"),
        ("", False, "custom"),
        (None, False, "custom"),
        ("SubscribedButtonClick", False, "automatic"),
        ("Microdata", False, "automatic"),
        ("PageMetadata", False, "automatic"),
        ("InputData", False, "automatic"),
        ("PixelInitialized", False, "automatic"),
        ("UserProperties", False, "automatic"),
        ("fb_page_view", False, "automatic"),
        ("fb_page_views", False, "custom"),
        ("Purchase", True, "automatic"),
        (None, True, "automatic"),
    ],
)
def test_an_event_has_a_kind(knowledge: Knowledge, name: str | None, is_automatic: bool, kind: str) -> None:
    assert knowledge.event_kind(name, is_automatic=is_automatic) == kind


def test_metas_own_sites_are_known_and_no_others(knowledge: Knowledge) -> None:
    own = ["facebook.com", "instagram.com", "messenger.com", "whatsapp.com", "threads.net", "threads.com", "meta.com"]
    own += ["meta.ai", "oculus.com", "facebook.net"]
    assert [site for site in own if not knowledge.is_metas_own(site)] == []
    others = ["shop.example", "notfacebook.com", "facebook.com.evil.example", "evil.example", "", None]
    assert [site for site in others if knowledge.is_metas_own(site)] == []


def test_every_class_has_a_label_in_plain_words(knowledge: Knowledge) -> None:
    assert set(knowledge.labels) == set(DataClass)
    assert knowledge.label(DataClass.EMAIL) == "e-mail"
    assert all(label.strip() and "_" not in label.replace("_fb", "") for label in knowledge.labels.values())
