import { describe, expect, test } from '@jest/globals'
import { FettleError } from '../../../src/core/errors.js'
import { render } from '../../../src/core/template/template.js'
import { pythonFloat } from '../../../src/core/written-number.js'

function failure(template: string, vars: Readonly<Record<string, unknown>> = {}): string {
  try {
    render('x.njk', template, vars)
  } catch (error) {
    if (error instanceof FettleError && error.code === 'template-failed') return error.message
    throw error
  }
  return 'rendered'
}

describe('render', () => {
  test.each<[string, string, Readonly<Record<string, unknown>>, string]>([
    ['plain text', 'a\nb\n', {}, 'a\nb\n'],
    ['a variable', 'port={{ port }}\n', { port: 5000 }, 'port=5000\n'],
    ['no escaping for HTML', '{{ x }}', { x: `<a href="&'">` }, `<a href="&'">`],
    [
      'block lines leave nothing',
      'a\n  {% if on %}\nb\n  {% endif %}\nc\n',
      { on: true },
      'a\nb\nc\n',
    ],
    [
      'a loop',
      '{% for host in hosts %}{{ loop.index }}:{{ host }} {% endfor %}',
      { hosts: ['a', 'b'] },
      '1:a 2:b ',
    ],
    [
      'names that the template makes',
      '{% set a = 1 %}{% macro m(b, c=2) %}{{ b }}{{ c }}{% endmacro %}{{ a }}{{ m(3) }}',
      {},
      '132',
    ],
    ['asking with default', "{{ nope | default('d') }}", {}, 'd'],
    ['asking with is defined', '{% if nope is defined %}y{% else %}n{% endif %}', {}, 'n'],
    [
      'a given but undefined name in a condition',
      '{% if x %}y{% else %}n{% endif %}',
      { x: undefined },
      'n',
    ],
    ['a key of an object is no variable', '{{ { n: 1 } | json }}', {}, '{"n":1}'],
    ['json', '{{ x | json }}', { x: { a: ['"', '\n'] } }, '{"a":["\\"","\\n"]}'],
    [
      'a number as it is written',
      '{{ x }} {{ x | shell }} {{ x | uri }} {{ x | systemd }} {{ [x, y] }} {% if x > 7 and y < 1 %}{{ x * 2 }}{% endif %}',
      { x: pythonFloat(8), y: pythonFloat(1e-5) },
      '8.0 8.0 8.0 8.0 8.0,1e-05 16',
    ],
    [
      'the same as JSON',
      '{{ x | json(1) }}',
      { x: { a: pythonFloat(8), b: [pythonFloat(Infinity)] } },
      '{\n "a": 8.0,\n "b": [\n  Infinity\n ]\n}',
    ],
    ['uri', '{{ x | uri }}', { x: `p@ss/'(:é*!` }, 'p%40ss%2F%27%28%3A%C3%A9%2A%21'],
    [
      'shell',
      '{{ x | shell }} {{ y | shell }}',
      { x: "it's $(x)", y: '/plain' },
      `'it'\\''s $(x)' /plain`,
    ],
    [
      'systemd leaves plain words',
      '{{ x | systemd }}',
      { x: 'unix:/run/app-1.sock' },
      'unix:/run/app-1.sock',
    ],
    ['systemd doubles the percent sign', '{{ x | systemd }}', { x: '50%h' }, '50%%h'],
    ['systemd quotes', '{{ x | systemd }}', { x: 'a "b" \\ c' }, '"a \\"b\\" \\\\ c"'],
    [
      'systemd keeps a line break from starting a setting',
      '{{ x | systemd }}',
      { x: 'a\nExecStartPre=/bin/evil' },
      '"a\\nExecStartPre=/bin/evil"',
    ],
    [
      'systemd quotes an empty word and a semicolon',
      '{{ x | systemd }} {{ y | systemd }}',
      { x: '', y: ';' },
      '"" ";"',
    ],
    ['systemd leaves a dollar sign outside Exec lines', '{{ x | systemd }}', { x: 'a$b' }, '"a$b"'],
    ['systemd doubles it on Exec lines', "{{ x | systemd('exec') }}", { x: 'a$b$$' }, '"a$$b$$$$"'],
    [
      'systemd escapes control characters',
      '{{ x | systemd }}',
      { x: '\u0001\u007f\t' },
      '"\\x01\\x7f\\t"',
    ],
  ])('%s', (_, template, vars, expected) => {
    expect(render('x.njk', template, vars)).toBe(expected)
  })

  test.each<[string, string, Readonly<Record<string, unknown>>, string]>([
    [
      'a name that is not given',
      'a\n  {{ nope }}\n',
      {},
      'template x.njk:2: the variable nope is not given',
    ],
    [
      'with a near name',
      '{{ wokers }}',
      { workers: 3 },
      'template x.njk:1: the variable wokers is not given; did you mean workers?',
    ],
    [
      'in a branch that is not taken',
      '{% if false %}\n{{ nope }}{% endif %}',
      {},
      'template x.njk:2: the variable nope is not given',
    ],
    [
      'in a condition',
      '{% if nope %}x{% endif %}',
      {},
      'template x.njk:1: the variable nope is not given',
    ],
    [
      'to loop over',
      '\n\n{% for x in nope %}{{ x }}{% endfor %}',
      {},
      'template x.njk:3: the variable nope is not given',
    ],
    [
      'what every object has',
      '{{ constructor }}',
      {},
      'template x.njk:1: the variable constructor is not given',
    ],
    [
      'a given name without a value',
      '{{ a }}\n{{ x }}',
      { a: 1, x: undefined },
      'template x.njk:2: x has no value',
    ],
    [
      'a member without a value',
      '{{ a }} {{ x.y }} {{ a }}',
      { a: 1, x: {} },
      'template x.njk:1: x.y has no value',
    ],
    [
      'include',
      '\n{% include "other" %}',
      {},
      'template x.njk:2: a template stands alone: include cannot be used',
    ],
    [
      'extends',
      '{% extends "other" %}',
      {},
      'template x.njk:1: a template stands alone: extends cannot be used',
    ],
    [
      'import',
      '{% import "other" as o %}',
      {},
      'template x.njk:1: a template stands alone: import cannot be used',
    ],
    [
      'a filter that does not exist',
      '{{ a | nofilter }}',
      { a: 1 },
      'template x.njk: filter not found: nofilter',
    ],
    ['an unknown tag', 'a\n{% frob %}', {}, 'template x.njk:2: unknown block tag: frob'],
    [
      'a block without an end',
      '{% if a %}',
      { a: 1 },
      'template x.njk: parseIf: expected elif, else, or endif, got end of file',
    ],
    [
      'an object where a word is needed',
      '{{ a | shell }}',
      { a: {} },
      'template x.njk: a text, number or boolean is needed, and there is object',
    ],
    [
      'NUL in a unit',
      '{{ a | systemd }}',
      { a: '\0' },
      'template x.njk: a unit cannot hold a NUL byte',
    ],
  ])('refuses %s', (_, template, vars, message) => {
    expect(failure(template, vars)).toBe(message)
  })
})
