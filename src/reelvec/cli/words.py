"""What `reelvec neighbors`, `analogy`, `similarity`, `compare` and `variants` print."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any

from reelvec.cli.sums import parse_terms
from reelvec.cli.terminal import print_json, print_table
from reelvec.cli.word_space import WordSpace, load_word_space, unknown_word
from reelvec.evaluation.results import Results
from reelvec.spaces.answers import Neighbor

NOT_THERE = "(not there)"


def show_neighbors(
    project: Path, word: str, space: str | None, most: int, restrict: int | None, as_json: bool
) -> None:
    """Print the words nearest to a word.

    Raises:
        ReelvecError: the space or the word is not there.
    """
    trained = Results(project)
    asked = load_word_space(trained, trained.choose_space(space))
    form = asked.require(word)
    found = asked.neighbors(form, most, restrict)
    if as_json:
        print_json(
            {"word": word, "read_as": form, "space": asked.name, "neighbors": _as_objects(found)}
        )
        return
    print(f"{_shown(word, form)} in {asked.name}, {len(asked.words):,} words:")
    _print_neighbors(found)


def show_analogy(
    project: Path,
    arguments: Sequence[str],
    space: str | None,
    most: int,
    restrict: int | None,
    as_json: bool,
) -> None:
    """Print the words nearest to a sum of words, as in `king - man + woman`.

    Raises:
        ReelvecError: it is no sum, or the space or a word is not there.
    """
    trained = Results(project)
    written = parse_terms(arguments)
    asked = load_word_space(trained, trained.choose_space(space))
    terms = [(sign, asked.require(word)) for sign, word in written]
    found = asked.solve(terms, most, restrict)
    if as_json:
        added, taken = ([word for sign, word in terms if sign == side] for side in (1, -1))
        answers = {"space": asked.name, "plus": added, "minus": taken}
        print_json({**answers, "neighbors": _as_objects(found)})
        return
    shown = [
        f"{'+' if sign > 0 else '-'} {_shown(word, form)}"
        for (sign, word), (_, form) in zip(written, terms, strict=True)
    ]
    print(f"{' '.join(shown).removeprefix('+ ')} in {asked.name}, {len(asked.words):,} words:")
    _print_neighbors(found)


def show_similarity(
    project: Path, first: str, second: str, spaces: list[str] | None, as_json: bool
) -> None:
    """Print how near two words are to each other in each space.

    Raises:
        ReelvecError: no space knows the one word, or the other.
    """
    trained = Results(project)
    asked = [load_word_space(trained, name) for name in trained.choose_spaces(spaces)]
    _require_somewhere(first, asked)
    _require_somewhere(second, asked)
    answers = [_similarity(space, first, second) for space in asked]
    if as_json:
        print_json({"words": [first, second], "spaces": answers})
        return
    rows = [
        [answer["space"], NOT_THERE, "", ""]
        if answer["cosine"] is None
        else [
            answer["space"],
            f"{answer['cosine']:.3f}",
            f"{answer['rank']:,}",
            f"{answer['words']:,}",
        ]
        for answer in answers
    ]
    print_table(["space", "cosine", "rank", "among words"], rows, numbers_from=1)
    print(f"\nrank 1: no word is nearer to {first!r} than {second!r} is")


def show_comparison(
    project: Path,
    word: str,
    spaces: list[str] | None,
    most: int,
    restrict: int | None,
    as_json: bool,
) -> None:
    """Print a word's neighbours in several spaces side by side.

    Raises:
        ReelvecError: no space knows the word.
    """
    trained = Results(project)
    asked = [load_word_space(trained, name) for name in trained.choose_spaces(spaces)]
    _require_somewhere(word, asked)
    found: dict[str, list[Neighbor] | None] = {}
    for space in asked:
        form = space.find(word)
        found[space.name] = None if form is None else space.neighbors(form, most, restrict)
    times = Counter(neighbor for near in found.values() for neighbor, _ in near or ())
    shared = [neighbor for neighbor, count in times.items() if count > 1]
    if as_json:
        lists = {name: None if near is None else _as_objects(near) for name, near in found.items()}
        print_json({"word": word, "spaces": lists, "shared": shared})
        return
    columns = [
        [NOT_THERE] if near is None else [f"{name}{' *' * (name in shared)}" for name, _ in near]
        for near in found.values()
    ]
    print_table(list(found), zip_longest(*columns, fillvalue=""))
    print("\n* also among those of another space")


def show_variants(project: Path, as_json: bool) -> None:
    """Print what is trained, and how good it is.

    Raises:
        ReelvecError: nothing is.
    """
    trained = Results(project)
    default = trained.choose_model(None)
    answers = [_variant(trained, name, name == default) for name in trained.models]
    if as_json:
        print_json(answers)
        return
    rows = [
        [
            f"{answer['variant']}{' *' * answer['default']}",
            *(answer[key] for key in ("encoder", "text", "embedding")),
            *(_number(answer[key], ".2%") for key in ("valid_accuracy", "test_accuracy")),
            _number(answer["parameters"], ","),
        ]
        for answer in answers
    ]
    header = ["variant", "encoder", "text", "embedding", "validation", "test", "parameters"]
    print_table(header, rows, numbers_from=4)
    print("\n* what `reelvec predict` takes by default: the best model on the validation reviews")


def _variant(trained: Results, name: str, is_default: bool) -> dict[str, Any]:
    config, fitted = trained.config(name), trained.training(name)
    params = config.get("params", {})
    members = config.get("members")
    return {
        "variant": name,
        "default": is_default,
        "encoder": params.get("encoder", "ensemble" if members else config.get("weighting")),
        "text": params.get("text", config.get("text")),
        "embedding": params.get("embedding"),
        "valid_accuracy": fitted.get("valid_accuracy"),
        "test_accuracy": trained.testing(name).get("accuracy"),
        "parameters": fitted.get("parameters", fitted.get("trainable_parameters")),
    }


def _similarity(space: WordSpace, first: str, second: str) -> dict[str, Any]:
    forms = space.find(first), space.find(second)
    answer = {"space": space.name, "cosine": None, "rank": None, "words": len(space.words)}
    if None in forms:
        return answer
    one, other = (form for form in forms if form is not None)
    return {**answer, "cosine": space.cosine(one, other), "rank": space.rank(one, other)}


def _require_somewhere(word: str, spaces: Sequence[WordSpace]) -> None:
    if all(space.find(word) is None for space in spaces):
        raise unknown_word(word, spaces)


def _print_neighbors(found: Iterable[Neighbor]) -> None:
    for word, cosine in found:
        print(f"  {cosine:6.3f}  {word}")


def _as_objects(found: Iterable[Neighbor]) -> list[dict[str, Any]]:
    return [{"word": word, "cosine": cosine} for word, cosine in found]


def _shown(word: str, form: str) -> str:
    return word if word == form else f"{word} (read as {form})"


def _number(value: float | None, style: str) -> str:
    return "" if value is None else format(value, style)
