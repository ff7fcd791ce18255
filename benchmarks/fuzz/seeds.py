"""What the random bytes begin with: small things that are as they should be, and odd ones."""

import gzip
import io
import json
import tarfile
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.fuzz.targets import REVIEW_FILES, TABLES

KEPT = Path(__file__).with_name("kept")
"""By target, what once was a fault."""

GLOVE = b"the 0.1 -0.2\nof 1e-3 .5\n\xc2\xa0 1 2\ngood film 3 4\n"
WORD2VEC = b"2 2\nthe 0.1 -0.2\nof 1 2\n"
TEXTS = (
    "I don't think it's Ain't cannot; won’t! <br /> naïve café &amp; &lt;br&gt; http://a.b/c",
    "ﬁne İstanbul ΣΑΣ ½ \u0301\u0301 👍🏽 \x1c\x85\u3000 dogs' 'tis rock'n'roll A.B.C. 10/10",
    "<a <b <" + "&#1234567890;" + "'" * 20,
)
MEMBERS = {
    "aclImdb/train/pos/0_9.txt": b"A good film.",
    "aclImdb/train/neg/0_1.txt": b"A bad film \xff",
    "aclImdb/test/pos/0_8.txt": b"Good",
    "aclImdb/test/neg/0_2.txt": b"Bad",
    "aclImdb/train/unsup/0_0.txt": b"",
    "aclImdb/train/urls_pos.txt": b"http://www.imdb.com/title/tt0453418/usercomments\n",
}
ROWS = [
    {"text": f'film, "{number}"\nnaïve', "label": ("positive", "negative")[number % 2]}
    for number in range(12)
]
BODIES = (
    {"dataframe_records": [{"text": "A good film."}, {"text": ""}]},
    {"dataframe_split": {"index": [0], "columns": ["text"], "data": [["A bad film."]]}},
    {"inputs": {"text": ["good", "\ud83d"]}, "params": {}},
    {"instances": [{"text": "good"}, {"text": None}]},
    {"dataframe_records": [{"text": 5}, {"text": [1e400]}, {"other": True}]},
    {"messages": [{"role": "user", "content": "good"}]},
)
PARAMETERS = (
    b"imdb:\n  source: official\n  content_sha256: null\nglove: {dimension: 50}\n",
    b"a: &a [1, 2]\nb: *a\nc: !!set {1: }\nd: 2001-01-01\ne: .nan\n? [x]\n: 1\n",
)


def seeds_of(target: str) -> list[bytes]:
    """Bytes that a target begins with, those among them that once were a fault."""
    kept = [path.read_bytes() for path in sorted((KEPT / target).glob("*"))]
    return [*_made(target), *kept]


def _made(target: str) -> list[bytes]:
    if target == "vectors":
        return [bytes([dimension]) + text for dimension in range(3) for text in (GLOVE, WORD2VEC)]
    if target == "vector_files":
        return [GLOVE, gzip.compress(WORD2VEC, mtime=0), _zip()]
    if target == "archives":
        return [_tar(tarfile.GNU_FORMAT), _tar(tarfile.PAX_FORMAT), gzip.compress(b"", mtime=0)]
    if target == "tables":
        return _numbered(TABLES)
    if target == "review_files":
        return _numbered(REVIEW_FILES)
    if target == "parameters":
        return [*PARAMETERS, Path("params.yaml").read_bytes()]
    if target == "requests":
        table = pa.table({"text": ["A good film.", None]})
        contents = [json.dumps(body).encode() for body in BODIES]
        return [
            *(b"\0" + content for content in contents),
            b'\1text\n"A good film."\n\n',
            b"\2" + _parquet(table),
        ]
    return [bytes([switches, 0, 0]) + text.encode() for text in TEXTS for switches in (0, 127, 255)]


def _numbered(endings: tuple[str, ...]) -> list[bytes]:
    """Content of each kind, behind the number of the kind."""
    table = pa.Table.from_pylist(ROWS)
    lines = "".join(f"{json.dumps(row)}\n" for row in ROWS)
    commas = "label,text\n" + "".join(
        f'{row["label"]},"{row["text"].replace(chr(34), chr(34) * 2)}"\n' for row in ROWS
    )
    contents = {
        ".csv": commas.encode(),
        ".tsv": commas.replace(",", "\t").encode(),
        ".jsonl": lines.encode(),
        ".parquet": _parquet(table),
        ".txt": "A good film.\r\n\nnaïve\n".encode(),
        ".csv.gz": gzip.compress(commas.encode(), mtime=0),
    }
    return [
        bytes([number]) + contents[ending]
        for number, ending in enumerate(endings)
        if ending in contents
    ]


def _parquet(table: pa.Table) -> bytes:
    sink = io.BytesIO()
    pq.write_table(table, sink, compression="none")
    return sink.getvalue()


def _zip() -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("glove.2d.txt"), GLOVE)
    return sink.getvalue()


def _tar(kind: int) -> bytes:
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w", format=kind) as archive:
        for name, content in MEMBERS.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return sink.getvalue()
