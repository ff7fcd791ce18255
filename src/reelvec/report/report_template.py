"""The page of `reelvec.report.page`: HTML with Jinja's marks, which escapes all that is filled in.

It stands here and not in a file of its own so that DVC sees it among the code of the stage.
No address outside the page: it opens from disk and says the same for ever.
"""

PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{{ data }} – reelvec</title>
<style>
:root {
  --ink: #1f2328; --faint: #59636e; --ground: #ffffff; --card: #f6f8fa; --line: #d8dee4;
  --accent: #1d4ed8; --wrong: #b33a0a; --negative: #c2410c; --middle: #c4c4c4;
  --positive: #1d4ed8; --rare: #c9d7cf; --frequent: #065f46;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ink: #e6edf3; --faint: #9aa4af; --ground: #0f1318; --card: #181d24; --line: #30363d;
    --accent: #8fb3ff; --wrong: #ff9d73; --negative: #ff8a4c; --middle: #5b6068;
    --positive: #7aa2ff; --rare: #2c3a33; --frequent: #4ade9c;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; max-width: 78rem; padding: 1rem 1.25rem 4rem; color: var(--ink);
  background: var(--ground); font: 1rem/1.6 system-ui, -apple-system, "Segoe UI", sans-serif;
}
.data { color: var(--faint); font-size: .9rem; margin: 0 0 1.5rem; }
.sample { color: var(--ground); background: var(--wrong); padding: .3rem .7rem; font-weight: 600; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .75rem; }
h2 { font-size: 1.3rem; margin: 3rem 0 .5rem; }
h3 { font-size: 1rem; margin: 1.5rem 0 .5rem; }
.answer { font-size: 1.2rem; max-width: 46rem; margin: 0 0 1.5rem; }
.note { color: var(--faint); max-width: 46rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; }
th, td { padding: .35rem .7rem; text-align: right; border-bottom: 1px solid var(--line); }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
td:first-child { font-weight: 600; }
td { white-space: nowrap; }
th button { font: inherit; color: inherit; background: none; border: 0; padding: 0;
  text-align: inherit; cursor: pointer; }
th button::after { content: " ↕"; opacity: .4; }
th[aria-sort="ascending"] button::after { content: " ↑"; opacity: 1; }
th[aria-sort="descending"] button::after { content: " ↓"; opacity: 1; }
:is(button, a, summary):focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
table.pairs :is(th, td):nth-child(2) { text-align: left; }
table.pairs td:nth-child(2) { font-weight: 600; }
th { color: var(--faint); font-weight: 500; vertical-align: bottom; }
table.words td, table.words th { text-align: left; vertical-align: top; }
table.words td { min-width: 11rem; white-space: normal; }
.cosine { color: var(--faint); font-size: .8rem; }
figure { margin: 1rem 0; }
figure > div { overflow-x: auto; }
figure img {
  display: block; width: 100%; min-width: 34rem; height: auto; background: #fff;
  border: 1px solid var(--line); border-radius: 8px;
}
figcaption { color: var(--faint); font-size: .9rem; margin-top: .4rem; max-width: 46rem; }
details { background: var(--card); border: 1px solid var(--line); border-radius: 8px;
  padding: .6rem 1rem; margin: .6rem 0; }
summary { cursor: pointer; font-weight: 600; }
blockquote { margin: .5rem 0 1.25rem; padding-left: 1rem; border-left: 3px solid var(--line);
  overflow-wrap: anywhere; }
blockquote p { margin: .4rem 0; }
.wrong { color: var(--wrong); }
code { overflow-wrap: anywhere; }
a { color: var(--accent); }
nav a { margin-right: 1rem; white-space: nowrap; }
{{ assets["explorer.css"] }}
@media (max-width: 40rem) { h1 { font-size: 1.5rem; } .answer { font-size: 1.05rem; } }
</style>
</head>
<body>
<p class="data{{ ' sample' if data.startswith('SAMPLE') }}">{{ data }}; <!-- stamp --></p>
<h1>What do word embeddings learned from film reviews know, and what does GloVe add?</h1>
<p class="answer">{{ answer }}{{ "" if data.startswith("SAMPLE") else "<!-- turn -->"|safe }}</p>
<nav>
<a href="#results">Results</a>
<a href="#behaviour">Behaviour</a>
<a href="#spaces">The spaces</a>
<a href="#explorer">Explorer</a>
<a href="#learning">Learning</a>
<a href="#mistakes">Mistakes</a>
<a href="#pipeline">Pipeline</a>
<a href="#parameters">Parameters</a>
</nav>

{% from "table" import table %}
{% macro picture(name, alternative) %}
<figure>
<div><img src="{{ pictures[name] }}" alt="{{ alternative }}"></div>
<figcaption>{{ caller() }}</figcaption>
</figure>
{% endmacro %}

<h2 id="results">Results</h2>
{{ table(results) }}
<p class="note">The interval is Wilson's. The next table uses that all variants were tested on the
same reviews; McNemar's test is exact; Holm's p is corrected for the number of all pairs.</p>
{% if pairs|length > 1 %}{{ table(pairs, "pairs") }}{% endif %}
{% call picture("roc", "ROC curves of all variants") %}
ROC curves: the further up and to the left, the better a variant ranks the reviews.
{% endcall %}
{% call picture("calibration", "Calibration of all variants") %}
Calibration: of the reviews that a variant calls positive with 80%, are 80% positive?
{% endcall %}
{% call picture("confusion", "Confusion matrices of all variants") %}
How often each variant takes a review for what it is.
{% endcall %}

<h2 id="behaviour">How they behave</h2>
{{ table(behaviour) }}
<p class="note">Written cases: plain praise and blame; another title or actor, which must change
nothing; a negation or a clause added, which must move the probability; the same words in another
order, where a bag of words cannot but fail. <code>reports/behaviour.md</code>
shows failures.</p>

<h2 id="spaces">What the spaces know</h2>
{% call picture("words", "Frequent words in two embedding spaces, coloured by sentiment") %}
The same words in each space. The colour says how many of the training reviews that hold the word
are positive; r says how far a direction of the space lines up with that.
{% endcall %}
{% if scores|length > 1 %}
{{ table(scores, foot=asked) }}
<p class="note">All spaces are asked about the words that they share; the last line says how many
questions, pairs or words these leave, of 19,544 analogies and 353 and 999 pairs. Analogies: share
answered.
WordSim-353 and SimLex-999: rank correlation with human judgement. Sentiment: how much closer words
of praise (and of blame) lie to each other than to the other kind, and how often the nearest such
word is of the same kind.</p>
{% endif %}
{% if neighbors|length > 1 %}
<h3>Nearest words, with their cosine</h3>
<div class="wide"><table class="words">
<thead><tr>{% for name in neighbors[0] %}<th scope="col">{{ name }}</th>{% endfor %}</tr></thead>
<tbody>
{% for row in neighbors[1:] %}
<tr><td>{{ row[0] }}</td>
{% for nearest in row[1:] %}
<td>{% for other, cosine in nearest %}{{ other }}&nbsp;<span class="cosine">{{ cosine }}</span>
{{- ", " if not loop.last }}{% else %}not there{% endfor %}</td>
{% endfor %}</tr>
{% endfor %}
</tbody>
</table></div>
{% endif %}

{% include "explorer" %}

<h2 id="learning">Learning</h2>
<!-- study -->
{% call picture("learning_curves", "Loss and accuracy of all variants over the epochs") %}
Where the solid line turns while the dashed one goes on, a variant begins to learn by heart.
{% endcall %}

<h2 id="mistakes">Surest mistakes</h2>
<p class="note">The test reviews that each variant was most certain about, and wrong. Some are
labelled by a rating that the text does not bear out.</p>
{% for variant, found in mistakes.items() %}
<details>
<summary>{{ variant }}</summary>
{% for mistake in found %}
<h3>{{ mistake.path }} <span class="wrong">{{ mistake.verdict }}</span></h3>
{% if mistake.words %}
<p class="note">Decided by {% for word, logit in mistake.words %}<b>{{ word }}</b>&nbsp;<span
class="cosine">{{ "%+.2f"|format(logit) }}</span>{{ ", " if not loop.last }}{% endfor %}: what each
added to the logit.</p>
{% endif %}
<blockquote>{% for text in mistake.paragraphs %}<p>{{ text }}</p>{% endfor %}</blockquote>
{% else %}
<p>None.</p>
{% endfor %}
</details>
{% endfor %}

<h2 id="pipeline">The pipeline</h2>
<figure>
<div><!-- pipeline --></div>
<figcaption>The stages of <code>dvc.yaml</code>; <code>dvc dag</code> prints the same.</figcaption>
</figure>

<h2 id="parameters">Parameters</h2>
{{ table(variants) }}
{% for section, rows in parameters.items() %}
<details>
<summary>{{ section }}</summary>
<div class="wide"><table class="words">
{% for key, value in rows %}
<tr><td>{{ key }}</td><td><code>{{ value }}</code></td></tr>
{% endfor %}
</table></div>
</details>
{% endfor %}
<script type="application/json" id="explorer-data">{{ explorer }}</script>
<script>{{ assets["explorer.min.js"] }}</script>
<script>{{ assets["tables.js"] }}</script>
</body>
</html>
"""

EXPLORER = """\
{% macro side(name, title) %}
<div class="side" data-side="{{ name }}">
<div class="head">
<label>{{ title }} space <select data-part="{{ name }}-space"></select></label>
<span>
<button type="button" data-part="{{ name }}-closer" aria-label="{{ title }}: closer">+</button>
<button type="button" data-part="{{ name }}-further" aria-label="{{ title }}: further">−</button>
<button type="button" data-part="{{ name }}-whole" aria-label="{{ title }}: all of it">⤢</button>
</span>
</div>
<div class="picture">
<canvas data-part="{{ name }}-canvas" tabindex="0" role="application"
aria-label="{{ title }} map of the words: arrow keys move, plus and minus zoom, 0 shows all. The
lists below say the same in words."></canvas>
<div class="labels" data-part="{{ name }}-labels" aria-hidden="true"></div>
</div>
<p class="note" data-part="{{ name }}-caption"></p>
</div>
{% endmacro %}

<section id="explorer" aria-labelledby="explorer-title">
<h2 id="explorer-title">Explore the spaces</h2>
<p class="note">Drag to move, scroll or pinch to zoom, click a word. The address keeps what you see:
<a data-part="link" href="#explorer">a link to it</a>.</p>
<div class="controls">
<form data-part="search-form" role="search">
<label>Word <input data-part="search" type="search" list="explorer-words" autocomplete="off"
autocapitalize="none" spellcheck="false"></label>
<button type="submit">Show</button>
</form>
<label>Colour <select data-part="colour">
<option value="sentiment">sentiment</option><option value="frequency">frequency</option>
</select></label>
<label>Map <select data-part="map"></select></label>
<div class="legend" data-part="legend">
<span class="of-sentiment">in negative reviews <i></i> in positive</span>
<span class="of-frequency">rare <i></i> frequent</span>
</div>
</div>
<datalist id="explorer-words" data-part="completions"></datalist>
<p class="unknown" data-part="unknown" role="status"></p>
<div class="sides">
{{ side("left", "Left") }}
{{ side("right", "Right") }}
</div>
<div aria-live="polite">
<h3>Nearest to <span data-part="word"></span></h3>
<p class="note"><span data-part="about"></span>. <span data-part="overlap"></span></p>
</div>
<div class="sides lists">
{% for name in ("left", "right") %}
<div><b data-name="{{ name }}"></b>
<ol data-part="{{ name }}-neighbors"></ol></div>
{% endfor %}
</div>
<h3>Analogy</h3>
<form data-part="analogy-form">
{% for key, sign, name in (("a", "", "first word"), ("b", "−", "word taken away"),
("c", "+", "word added")) %}
<label>{{ sign or "word" }} <input data-part="{{ key }}" aria-label="{{ name }}"
list="explorer-words" autocomplete="off"
autocapitalize="none" spellcheck="false" required></label>
{% endfor %}
<button type="submit">= ?</button>
</form>
<div class="sides lists">
{% for name in ("left", "right") %}
<div><b data-name="{{ name }}"></b>
<ol data-part="{{ name }}-answers"></ol></div>
{% endfor %}
</div>
</section>
"""
