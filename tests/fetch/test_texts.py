"""Texts come back from their file in any order, and equal ones have one number."""

from random import Random

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelvec.fetch.texts import Texts, read_facts, write_texts

BLOCKS = st.lists(st.lists(st.sampled_from(["", " \v", "a b", "é", "a\u3000b"])), min_size=1)


@given(BLOCKS, st.integers(1, 5), st.randoms())
def test_texts_come_back_in_any_order_and_are_counted(
    tmp_path_factory: pytest.TempPathFactory, blocks: list[list[str]], size: int, random: Random
) -> None:
    written = []
    for source in (blocks[: len(blocks) // 2], blocks[len(blocks) // 2 :]):
        tables = (pa.table({"text": pa.array(block, pa.large_string())}) for block in source)
        written.append(write_texts(tmp_path_factory.mktemp("texts"), tables))
    all_ = [text for block in blocks for text in block]
    texts = Texts.of(written, pa.concat_tables(map(read_facts, written)))
    order = list(range(len(all_)))
    random.shuffle(order)
    groups = list(texts.in_order(np.array(order, np.int64), size))
    assert [text for group in groups for text in group.to_pylist()] == [all_[n] for n in order]
    assert all(len(group) == size for group in groups[:-1])
    distinct = list(dict.fromkeys(all_))
    assert texts.numbers.tolist() == [distinct.index(text) for text in all_]
    # A vertical tab is white space to people, but no space between words to RE2.
    words = {"": 0, " \v": 1, "a b": 2, "é": 1, "a\u3000b": 2}
    assert texts.words.tolist() == [words[text] for text in all_]
    assert texts.empty == sum(not text.strip() for text in all_)
