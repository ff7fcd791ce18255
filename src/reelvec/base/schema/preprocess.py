"""`preprocess` of `params.yaml`: from text to tokens."""

from typing import ClassVar, Literal

from reelvec.base.project.section import Section, Word

StopwordList = Literal["none", "scikit-learn", "gensim"]
Punctuation = Literal["separate", "delete", "keep"]


class PreprocessParams(Section):
    """Steps from text to tokens; each can be switched off. The order is that of the fields."""

    KEY: ClassVar[str] = "preprocess"

    line_breaks: bool = True
    html: bool = True
    urls: bool = True
    lowercase: bool = True
    fold_accents: bool = True
    contractions: bool = True
    punctuation: Punctuation = "separate"
    lemmatize: bool = True
    lemmatize_except: tuple[Word, ...] = ()
    stopwords: StopwordList = "scikit-learn"
    keep: tuple[Word, ...] = ()
