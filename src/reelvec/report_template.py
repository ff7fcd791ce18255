"""The page of `reelvec.report`: HTML with Jinja's marks, which escapes all that is filled in.

It stands here and not in a file of its own so that DVC sees it among the code of the stage.
No script, no address outside the folder: it opens from disk and says the same for ever.
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
  --accent: #1d4ed8; --wrong: #b33a0a;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ink: #e6edf3; --faint: #9aa4af; --ground: #0f1318; --card: #181d24; --line: #30363d;
    --accent: #8fb3ff; --wrong: #ff9d73;
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
table.pairs :is(th, td):nth-child(2) { text-align: left; }
table.pairs td:nth-child(2) { font-weight: 600; }
th { color: var(--faint); font-weight: 500; vertical-align: bottom; }
table.words td, table.words th { text-align: left; vertical-align: top; }
table.words td { min-width: 11rem; white-space: normal; }
.cosine { color: var(--faint); font-size: .8rem; }
figure { margin: 1rem 0; }
figure a { display: block; overflow-x: auto; }
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
@media (max-width: 40rem) { h1 { font-size: 1.5rem; } .answer { font-size: 1.05rem; } }
</style>
</head>
<body>
<p class="data{{ ' sample' if data.startswith('SAMPLE') }}">{{ data }}</p>
<h1>What do word embeddings learned from film reviews know, and what does GloVe add?</h1>
<p class="answer">{{ answer }}</p>
<nav>
<a href="#results">Results</a>
<a href="#behaviour">Behaviour</a>
<a href="#spaces">The spaces</a>
<a href="#learning">Learning</a>
<a href="#mistakes">Mistakes</a>
<a href="#parameters">Parameters</a>
</nav>

{% macro table(rows, kind="") %}
<div class="wide"><table class="{{ kind }}">
<thead><tr>{% for cell in rows[0] %}<th scope="col">{{ cell }}</th>{% endfor %}</tr></thead>
<tbody>
{% for row in rows[1:] %}
<tr>{% for cell in row %}<td>{{ cell }}</td>{% endfor %}</tr>
{% endfor %}
</tbody>
</table></div>
{% endmacro %}

{% macro picture(name, alternative) %}
<figure>
<a href="figures/{{ name }}.svg"><img src="figures/{{ name }}.svg" alt="{{ alternative }}"></a>
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
{{ table(scores) }}
<p class="note">All spaces are asked about the words that they share. Analogies: share answered.
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

<h2 id="learning">Learning</h2>
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
<blockquote>{% for text in mistake.paragraphs %}<p>{{ text }}</p>{% endfor %}</blockquote>
{% else %}
<p>None.</p>
{% endfor %}
</details>
{% endfor %}

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
</body>
</html>
"""
