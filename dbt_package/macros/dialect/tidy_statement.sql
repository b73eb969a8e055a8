{#
    A compiled statement as a person would set it: no trailing blanks, no two blank lines in a row, none beside an opening or closing line, and no line
    over 160 characters.
#}
{% macro _tidy_statement(sql) %}
    {% set sql = modules.re.sub('[ \\t]+\\n', '\\n', sql) %}
    {% set sql = modules.re.sub('\\n{3,}', '\\n\\n', sql) %}
    {% set sql = modules.re.sub('([(]|union all)\\n\\n', '\\1\\n', sql) %}
    {% set sql = modules.re.sub('\\n\\n([ ]*(?:[)]|union all))', '\\n\\1', sql) %}
    {% if modules.re.search('[^\\n]{161}', sql) %}
        {% set lines = [] %}
        {% for line in sql.split('\n') %}
            {% do lines.append(truepoint._folded(line) if line | length > 160 else line) %}
        {% endfor %}
        {% set sql = lines | join('\n') %}
    {% endif %}
    {{ return(sql | trim) }}
{% endmacro %}

{# A long line of SQL, or a comment, in several: broken where the fewest parentheses are open, before an operator or keyword. #}
{% macro _folded(line) %}
    {% set margin = line | length - line.lstrip(' ') | length %}
    {% set is_comment = line.lstrip(' ').startswith('--') %}
    {% set head = ' ' * margin ~ ('-- ' if is_comment else '    ') %}
    {% set pattern = ' ' if is_comment else ' (?=(?:and|or|when|then|else|end|as|over|filter|order|in|[-+*/=<>|]+) )' %}
    {% set state = namespace(line=line, lines=[], is_whole=false, masked=line if is_comment else truepoint._masked(line)) %}
    {# Each cut takes at least 18 characters off; and no place behind the 157th, with the longest word after it, is looked at. #}
    {% for _ in range(line | length // 18 + 1) if not state.is_whole and state.line | length > 160 %}
        {% set masked = state.masked[:170] %}
        {% set cut = namespace(at=none, depth=none) %}
        {% for found in modules.re.finditer(pattern, masked) if margin + 20 < found.start() <= 156 %}
            {% set depth = masked[:found.start()].count('(') - masked[:found.start()].count(')') %}
            {% if cut.at is none or depth <= cut.depth %}
                {% set cut.at = found.start() %}
                {% set cut.depth = depth %}
            {% endif %}
        {% endfor %}
        {% if cut.at is none %}
            {% set state.is_whole = true %}
        {% else %}
            {% do state.lines.append(state.line[:cut.at]) %}
            {% set state.line = head ~ state.line[cut.at + 1:] %}
            {% set state.masked = head ~ state.masked[cut.at + 1:] %}
        {% endif %}
    {% endfor %}
    {{ return((state.lines + [state.line]) | join('\n')) }}
{% endmacro %}

{# A line of SQL with each character in quotes written as x. Where quotes do not close in the line, all of it is: it is part of a longer text. #}
{% macro _masked(line) %}
    {% if line.count("'") % 2 or line.count('"') % 2 %}
        {{ return('x' * line | length) }}
    {% endif %}
    {% set state = namespace(masked=line) %}
    {% for found in modules.re.finditer("'[^']*'|\"[^\"]*\"", line) %}
        {% set length = found.end() - found.start() %}
        {% set state.masked = state.masked[:found.start()] ~ 'x' * length ~ state.masked[found.end():] %}
    {% endfor %}
    {{ return(state.masked) }}
{% endmacro %}
