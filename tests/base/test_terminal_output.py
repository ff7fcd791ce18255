"""Nothing that comes from data is a command to the terminal."""

import io
import json
import sys
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tqdm import tqdm

from reelvec.base.errors import HarmlessStream, ReelvecError, shown_to_people
from reelvec.base.messages import COMMANDS, printable
from reelvec.cli.terminal import print_json, print_table
from reelvec.fetch.remote import say

FORBIDDEN = {chr(code) for code in COMMANDS} - {"\n", "\t"}
TEXTS = st.text() | st.text([*FORBIDDEN, "a", "\n"])


def test_all_control_characters_are_commands() -> None:
    controls = {chr(code) for code in range(0x110000) if unicodedata.category(chr(code)) == "Cc"}
    turns = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
    turning = {chr(code) for code in range(0x3000) if unicodedata.bidirectional(chr(code)) in turns}
    assert {chr(code) for code in COMMANDS} == controls | turning


@given(TEXTS)
@example("naïve, e\u0301, ตัวอย่าง, שלום, 你好, 👩\u200d👧, 👍🏽, \u2028, \ue000, \u200f")
def test_letters_stay_and_commands_are_escaped(text: str) -> None:
    harmless = printable(text)
    assert not FORBIDDEN & set(harmless)
    if not FORBIDDEN & set(text):
        assert harmless == text
    assert harmless == "".join(
        letter.encode("unicode_escape").decode() if letter in FORBIDDEN else letter
        for letter in text
    )


def tell(text: str) -> None:
    print(text)
    print(text, file=sys.stderr)
    sys.stdout.writelines([text])
    print_table(["a"], [[text]])
    say(text)
    tqdm.write(text)
    raise ReelvecError(text)


def streams() -> tuple[io.StringIO, io.StringIO]:
    return io.StringIO(newline=""), io.StringIO(newline="")


@given(TEXTS.map(lambda text: f"word {text}"))
def test_whatever_prints_it_no_text_is_obeyed(text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        out, err = streams()
        patch.setattr(sys, "stdout", out)
        patch.setattr(sys, "stderr", err)
        with pytest.raises(SystemExit), shown_to_people():
            tell(text)
        assert sys.stdout is out
    assert not FORBIDDEN & set(out.getvalue() + err.getvalue())


@given(TEXTS)
def test_a_traceback_commands_nothing_either(text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        _, err = streams()
        patch.setattr(sys, "stderr", err)
        with pytest.raises(SystemExit) as ended, shown_to_people():
            raise LookupError(text)
    assert ended.value.code == 1
    assert "LookupError" in err.getvalue()
    assert not FORBIDDEN & set(err.getvalue())


@given(TEXTS)
def test_json_holds_what_was_said_without_a_command(text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        out, _ = streams()
        patch.setattr(sys, "stdout", HarmlessStream(out))
        print_json({text: [text]})
    assert json.loads(out.getvalue()) == {text: [text]}
    assert not FORBIDDEN & set(out.getvalue())
    assert out.getvalue().count("\n") == 1


def test_progress_bars_are_drawn_as_ever_but_for_what_they_are_called() -> None:
    drawn = []
    for name in ("name", "na\x1b[2Jme\r"):
        out, harmless = streams()
        for stream in (out, HarmlessStream(harmless, bars=True)):
            outer = tqdm(total=2, desc=name, file=stream, ncols=40, bar_format="{desc}{bar}")
            with outer, tqdm(total=1, file=stream, ncols=40, bar_format="{bar}") as inner:
                outer.update()
                inner.update()
        drawn.append((out.getvalue(), harmless.getvalue()))
    (plain, same), (_, escaped) = drawn
    assert plain == same
    assert "\x1b[A" in plain
    assert r"na\x1b[2Jme\r" in escaped
    assert not FORBIDDEN - {"\r"} & set(escaped.replace("\x1b[A", ""))


def test_an_interrupt_ends_without_a_word(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended, shown_to_people():
        raise KeyboardInterrupt
    assert ended.value.code == 130
    assert capsys.readouterr() == ("", "")
