"""The vendors' newest SDKs against our stubs, so that the stubs cannot drift into fiction.

Nothing of gesso is in between: what is asserted here is what the SDK makes of a stub's answer,
with its own reading, its own errors and its own checks.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator

import openai
import pytest
from google import genai
from google.genai import errors, types
from PIL import Image
from pydantic import BaseModel

from ..stubs.gemini_stub import GeminiStub
from ..stubs.openai_stub import OpenAIStub
from ..stubs.stub import QUIET_S, b64

JSON = "application/json"


class Idea(BaseModel):
    title: str
    tags: list[str]


IDEA = Idea(title="Ember Harbor", tags=["dusk"])


@pytest.fixture
def gemini() -> Iterator[GeminiStub]:
    with GeminiStub(answer=IDEA.model_dump()) as stub:
        yield stub


@pytest.fixture
def google(gemini: GeminiStub) -> Iterator[genai.Client]:
    options = types.HttpOptions(base_url=gemini.base_url, timeout=5000)
    with genai.Client(vertexai=False, api_key="k", http_options=options) as client:
        yield client


@pytest.fixture
def server() -> Iterator[OpenAIStub]:
    with OpenAIStub(answer=IDEA.model_dump()) as stub:
        yield stub


@pytest.fixture
def client(server: OpenAIStub) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(api_key="k", base_url=server.base_url, max_retries=0, timeout=5) as sdk:
        yield sdk


def wish(**settings: object) -> types.GenerateContentConfig:
    return types.GenerateContentConfig.model_validate(settings)


@pytest.mark.parametrize("schema", ["response_schema", "response_json_schema"])
def test_gemini_parses_a_structured_answer(google: genai.Client, schema: str) -> None:
    form = Idea if schema == "response_schema" else Idea.model_json_schema()
    config = wish(response_mime_type=JSON, **{schema: form})

    reply = google.models.generate_content(model="any", contents="hi", config=config)

    expected = IDEA if schema == "response_schema" else IDEA.model_dump()
    assert reply.parsed == expected
    assert reply.usage_metadata is not None
    assert reply.usage_metadata.prompt_token_count == 1


@pytest.mark.parametrize(
    ("ratio", "size", "sides"),
    [("1:1", "1K", (1024, 1024)), ("16:9", "1K", (1360, 768)), ("3:4", "2K", (1776, 2368))],
)
def test_gemini_paints_at_the_wished_ratio(
    google: genai.Client, ratio: str, size: str, sides: tuple[int, int]
) -> None:
    config = wish(
        response_modalities=["IMAGE"], image_config={"aspect_ratio": ratio, "image_size": size}
    )
    reply = google.models.generate_content(model="any", contents="a bridge", config=config)

    words, picture = reply.parts or []
    assert words.text
    assert picture.inline_data is not None
    data = picture.inline_data.data or b""
    assert Image.open(io.BytesIO(data)).size == sides


def test_gemini_reads_the_pictures_that_it_is_sent(
    google: genai.Client, gemini: GeminiStub
) -> None:
    part = types.Part.from_bytes(data=b"\xff\xd8", mime_type="image/jpeg")
    words = types.Part.from_text(text="what is it?")
    google.models.generate_content(model="any", contents=types.Content(parts=[part, words]))

    (content,) = gemini.requests[-1].body["contents"]
    assert gemini.meter.entries[-1][1] == 258 + 3
    assert content["parts"][1] == {"text": "what is it?"}


@pytest.mark.parametrize(
    ("fault", "code", "status"),
    [
        ("429", 429, "RESOURCE_EXHAUSTED"),
        ("quota", 429, "RESOURCE_EXHAUSTED"),
        ("badkey", 400, "INVALID_ARGUMENT"),
        ("404", 404, "NOT_FOUND"),
        ("503", 503, "UNAVAILABLE"),
    ],
)
def test_gemini_errors_are_read_by_the_sdk(
    google: genai.Client, fault: str, code: int, status: str
) -> None:
    with pytest.raises(errors.APIError) as caught:
        google.models.generate_content(model=f"any-{fault}", contents="hi")

    assert (caught.value.code, caught.value.status) == (code, status)
    assert caught.value.message


def test_gemini_tells_how_long_to_wait_in_its_details(google: genai.Client) -> None:
    with pytest.raises(errors.ClientError) as caught:
        google.models.generate_content(model="any-429", contents="hi")

    details = caught.value.details["error"]["details"]
    assert details[1]["retryDelay"] == f"{QUIET_S}s"


def test_a_blocked_prompt_is_no_exception_and_no_answer(google: genai.Client) -> None:
    reply = google.models.generate_content(model="any-refuse", contents="hi")

    assert reply.text is None
    assert not reply.candidates
    assert reply.prompt_feedback is not None
    assert reply.prompt_feedback.block_reason == types.BlockedReason.PROHIBITED_CONTENT


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("truncated", types.FinishReason.MAX_TOKENS),
        ("refuseanswer", types.FinishReason.SAFETY),
        ("empty", types.FinishReason.STOP),
    ],
)
def test_gemini_says_why_it_ended(
    google: genai.Client, fault: str, reason: types.FinishReason
) -> None:
    reply = google.models.generate_content(model=f"any-{fault}", contents="hi")

    assert reply.candidates is not None
    assert reply.candidates[0].finish_reason == reason


def test_the_sdk_goes_on_by_itself_unless_it_is_told_not_to(
    google: genai.Client, gemini: GeminiStub
) -> None:
    whole = google.models.generate_content(model="any-continuation", contents="hi")
    half = google.models.generate_content(
        model="any-continuation", contents="hi", config=wish(automatic_continuation=False)
    )

    assert Idea.model_validate_json(whole.text or "") == IDEA
    assert (whole.text or "").startswith(half.text or "?")
    assert len(gemini.calls) == 2 + 1


def test_gemini_lists_its_models(google: genai.Client, gemini: GeminiStub) -> None:
    gemini.models = ["a-model"]

    assert [model.name for model in google.models.list()] == ["models/a-model"]


@pytest.mark.parametrize("fault", ["refuse", "refuseanswer", "noimage", "empty", "nocandidates"])
def test_gemini_says_why_there_is_no_picture(google: genai.Client, fault: str) -> None:
    config = wish(response_modalities=["IMAGE"])
    reply = google.models.generate_content(model=f"any-{fault}", contents="hi", config=config)

    blocked = reply.prompt_feedback is not None and reply.prompt_feedback.block_reason is not None
    ended = reply.candidates[0].finish_reason if reply.candidates else None
    assert [part for part in reply.parts or [] if part.inline_data] == []
    assert blocked is (fault == "refuse")
    assert (ended == types.FinishReason.IMAGE_SAFETY) is (fault == "refuseanswer")
    assert bool(reply.parts and reply.text) is (fault == "noimage")


def test_gemini_bills_pictures_apart_from_words(google: genai.Client) -> None:
    config = wish(response_modalities=["IMAGE"], image_config={"image_size": "1K"})
    reply = google.models.generate_content(model="any", contents="a bridge", config=config)

    assert reply.usage_metadata is not None
    (detail,) = reply.usage_metadata.candidates_tokens_details or []
    assert (detail.modality, detail.token_count) == (types.MediaModality.IMAGE, 1120)


def test_openai_parses_a_structured_answer(client: openai.OpenAI) -> None:
    reply = client.chat.completions.parse(
        model="any", messages=[{"role": "user", "content": "hi"}], response_format=Idea
    )

    assert reply.choices[0].message.parsed == IDEA
    assert reply.usage is not None
    assert reply.usage.prompt_tokens == 1


def test_openai_answers_in_any_json_where_no_schema_is_given(client: openai.OpenAI) -> None:
    reply = client.chat.completions.create(
        model="any",
        messages=[{"role": "user", "content": "hi"}],
        response_format={"type": "json_object"},
    )

    assert Idea.model_validate_json(reply.choices[0].message.content or "") == IDEA


@pytest.mark.parametrize(
    ("fault", "sent", "param"),
    [
        ("noschema", {"response_format": {"type": "json_schema", "json_schema": {"name": "x"}}},
         "response_format"),
        ("nojsonmode", {"response_format": {"type": "json_object"}}, "response_format"),
        ("notemperature", {"temperature": 0.5}, "temperature"),
        ("noseed", {"seed": 1}, "seed"),
        ("oldlimit", {"max_completion_tokens": 9}, "max_completion_tokens"),
    ],
)  # fmt: skip
def test_openai_names_the_parameter_that_a_server_does_not_take(
    client: openai.OpenAI, fault: str, sent: dict[str, object], param: str
) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        client.chat.completions.create(
            model=f"any-{fault}", messages=[{"role": "user", "content": "hi"}], extra_body=sent
        )

    assert param in f"{caught.value.param} {caught.value.message}"


def test_openai_looks_at_pictures(client: openai.OpenAI, server: OpenAIStub) -> None:
    url = f"data:image/png;base64,{b64(b'png')}"
    client.chat.completions.create(
        model="any",
        messages=[
            {
                "role": "user",
                "content": [
                    {"type": "image_url", "image_url": {"url": url, "detail": "low"}},
                    {"type": "text", "text": "what is it?"},
                ],
            }
        ],
    )

    assert server.meter.entries[-1][1] == 85 + 3


def test_a_refusal_is_told_apart_from_an_answer(client: openai.OpenAI) -> None:
    reply = client.chat.completions.parse(
        model="any-refuse", messages=[{"role": "user", "content": "hi"}], response_format=Idea
    )

    assert reply.choices[0].message.refusal
    assert reply.choices[0].message.parsed is None


def test_an_answer_that_is_cut_short_is_told_apart(client: openai.OpenAI) -> None:
    with pytest.raises(openai.LengthFinishReasonError):
        client.chat.completions.parse(
            model="any-truncated",
            messages=[{"role": "user", "content": "hi"}],
            response_format=Idea,
        )


@pytest.mark.parametrize(
    ("fault", "kind", "code"),
    [
        ("429", openai.RateLimitError, "rate_limit_exceeded"),
        ("quota", openai.RateLimitError, "insufficient_quota"),
        ("auth", openai.AuthenticationError, "invalid_api_key"),
        ("forbidden", openai.PermissionDeniedError, "forbidden"),
        ("404", openai.NotFoundError, "model_not_found"),
        ("409", openai.ConflictError, "conflict"),
        ("422", openai.UnprocessableEntityError, "unprocessable"),
        ("500", openai.InternalServerError, "server_error"),
        ("moderated", openai.BadRequestError, "moderation_blocked"),
    ],
)
def test_openai_errors_are_read_by_the_sdk(
    client: openai.OpenAI, fault: str, kind: type[openai.APIStatusError], code: str
) -> None:
    with pytest.raises(kind) as caught:
        client.chat.completions.create(
            model=f"any-{fault}", messages=[{"role": "user", "content": "hi"}]
        )

    assert caught.value.code == code
    assert caught.value.request_id


def test_the_sdks_own_retries_heed_the_stubs_wish(server: OpenAIStub) -> None:
    with openai.OpenAI(api_key="k", base_url=server.base_url, max_retries=1) as sdk:
        sdk.chat.completions.create(
            model="any-429msonce", messages=[{"role": "user", "content": "hi"}]
        )

    first, second = server.calls
    assert second.at - first.at >= QUIET_S


def test_openai_paints_at_the_wished_size(client: openai.OpenAI) -> None:
    reply = client.images.generate(model="gpt-image-2", prompt="a bridge", size="1536x864", n=2)

    pictures = [picture.b64_json or "" for picture in reply.data or []]
    sizes = {Image.open(io.BytesIO(_bytes(text))).size for text in pictures}
    assert len(set(pictures)) == 2
    assert sizes == {(1536, 864)}
    assert reply.usage is not None
    assert reply.usage.output_tokens == 2 * 439


def test_openai_takes_a_picture_to_go_on_from(client: openai.OpenAI, server: OpenAIStub) -> None:
    out = io.BytesIO()
    Image.new("RGB", (16, 16)).save(out, "PNG")

    reply = client.images.edit(model="gpt-image-2", prompt="darker", image=out.getvalue())

    assert reply.data
    assert server.requests[-1].body["image"] == [out.getvalue()]


@pytest.mark.parametrize(
    ("field", "value"), [("response_format", "b64_json"), ("size", "1000x1000")]
)
def test_openai_refuses_what_its_image_models_do_not_take(
    client: openai.OpenAI, field: str, value: str
) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        client.images.generate(model="gpt-image-2", prompt="a bridge", extra_body={field: value})

    assert caught.value.param == field


def test_a_compatible_server_may_answer_with_addresses(client: openai.OpenAI) -> None:
    reply = client.images.generate(model="any-url", prompt="a bridge")

    assert reply.data is not None
    assert (reply.data[0].url or "").startswith("http://127.0.0.1:")


def test_openai_lists_its_models(client: openai.OpenAI, server: OpenAIStub) -> None:
    server.models = ["a-model"]

    assert [model.id for model in client.models.list()] == ["a-model"]


def _bytes(text: str) -> bytes:
    data = base64.b64decode(text)
    assert b64(data) == text
    return data
