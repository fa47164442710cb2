import { afterEach, describe, expect, test } from '@jest/globals'
import { FettleError } from '../../../src/core/errors.js'
import { render } from '../../../src/core/template/template.js'
import { member } from '../../../src/core/template/data.js'
import { filterOf } from '../../../src/core/template/filters.js'
import { Meter, NeedsWatch } from '../../../src/core/template/limits.js'
import { TimeOver, withinTime } from '../../../src/core/within-time.js'
import { WrittenNumber } from '../../../src/core/written-number.js'

type Vars = Readonly<Record<string, unknown>>

/** The error of a template, or its output. */
function outcome(template: string, vars: Vars = {}): string {
  try {
    return `rendered ${JSON.stringify(render('x.njk', template, vars))}`
  } catch (error) {
    if (error instanceof FettleError && error.code === 'template-failed') return error.message
    throw error
  }
}

/** Every payload sets this: nothing else of it would be visible here. */
const global = globalThis as { ran?: unknown }

afterEach(() => {
  expect(global.ran).toBeUndefined()
  delete global.ran
})

class Host {
  readonly address = '10.0.0.1'
  greet(): string {
    global.ran = 'greet'
    return 'hello'
  }
}

const vars: Vars = {
  name: 'web1',
  list: ['a'],
  object: { a: 1 },
  number: 5,
  helper: () => (global.ran = 'helper'),
  holder: {
    call: () => (global.ran = 'call'),
    join: () => (global.ran = 'join'),
    replace: () => (global.ran = 'replace'),
    length: 1,
  },
  functions: [() => (global.ran = 'in a list')],
  host: new Host(),
  date: new Date(0),
  pattern: /a/,
}
const code = 'globalThis.ran = 1'

describe('no function of JavaScript or of the project is reached', () => {
  test.each<[what: string, template: string, said: string]>([
    [
      'range',
      `{{ range.constructor("${code}")() }}`,
      'a function has nothing that a template may read, and constructor is asked for',
    ],
    ['range by a string', `{{ range["constructor"]("${code}")() }}`, 'constructor is asked for'],
    [
      'range by a string in two parts',
      `{{ range["con" + "structor"]("${code}")() }}`,
      'constructor is asked for',
    ],
    [
      'range by joined strings',
      `{{ range["con" ~ "structor"]("${code}")() }}`,
      'constructor is asked for',
    ],
    [
      'range by a filter',
      `{{ range["rotcurtsnoc" | reverse]("${code}")() }}`,
      'constructor is asked for',
    ],
    [
      'range by a variable',
      `{% set key = "constructor" %}{{ range[key]("${code}")() }}`,
      'constructor is asked for',
    ],
    [
      'range by a list in the place of a name',
      `{{ range[["constructor"]]("${code}")() }}`,
      'a text or a number is needed in brackets, and there is a list',
    ],
    [
      'range by __proto__',
      `{{ range.__proto__.constructor("${code}")() }}`,
      '__proto__ is asked for',
    ],
    ['range by prototype', '{{ range.prototype }}', 'prototype is asked for'],
    ['range by call', `{{ range.call(1, 2) }}`, 'call is asked for'],
    ['range by bind', '{{ range.bind(1)() }}', 'bind is asked for'],
    [
      'range under another name',
      `{% set r = range %}{{ r.constructor("${code}")() }}`,
      'constructor is asked for',
    ],
    ['range in a list', `{{ [range][0].constructor("${code}")() }}`, 'constructor is asked for'],
    [
      'range in an object',
      `{{ {f: range}.f.constructor("${code}")() }}`,
      'constructor is asked for',
    ],
    ['range as it is written', '{{ range }}', 'a function cannot be written'],
    ['range in a list as it is written', '{{ [[range]] }}', 'a function cannot be written'],
    ['cycler', `{{ cycler.constructor("${code}")() }}`, 'constructor is asked for'],
    [
      'what cycler makes',
      `{{ cycler("a").constructor.constructor("${code}")() }}`,
      'constructor is no part of the data',
    ],
    [
      'a method of what cycler makes',
      `{{ cycler("a").next.constructor("${code}")() }}`,
      'constructor is asked for',
    ],
    ['what joiner makes', `{{ joiner().constructor("${code}")() }}`, 'constructor is asked for'],
    [
      'a macro',
      `{% macro m() %}{% endmacro %}{{ m.constructor("${code}")() }}`,
      'constructor is asked for',
    ],
    [
      'what a macro answers',
      `{% macro m() %}{% endmacro %}{{ m().constructor.constructor("${code}")() }}`,
      'a text has no constructor in a template',
    ],
    [
      'caller',
      `{% macro m() %}{{ caller.constructor("${code}")() }}{% endmacro %}{% call m() %}{% endcall %}`,
      'constructor is asked for',
    ],
    ['caller without a call', `{{ caller("${code}") }}`, 'caller cannot be called: it is nothing'],
    [
      'super',
      `{% block b %}{{ super.constructor("${code}")() }}{% endblock %}`,
      'the variable super is not given',
    ],
    [
      'super, called',
      '{% block b %}{{ super() }}{% endblock %}',
      'the variable super is not given',
    ],
    ['self', `{{ self.constructor("${code}")() }}`, 'the variable self is not given'],
    ['this', `{{ this.constructor }}`, 'the variable this is not given'],
    [
      'the global object',
      '{{ globalThis.process }}{{ process.env }}',
      'the variable globalThis is not given',
    ],
    [
      'loop',
      `{% for a in [1] %}{{ loop.constructor.constructor("${code}")() }}{% endfor %}`,
      'constructor is no part of the data',
    ],
    [
      'a text',
      `{{ name.constructor.constructor("${code}")() }}`,
      'a text has no constructor in a template',
    ],
    ['an empty text', `{{ "".sub.constructor("${code}")() }}`, 'a text has no sub in a template'],
    ['a method of a text', `{{ name.split.constructor("${code}")() }}`, 'constructor is asked for'],
    [
      'a list',
      `{{ list.constructor.constructor("${code}")() }}`,
      'a list has no constructor in a template',
    ],
    [
      'a method of a list that takes a function',
      `{{ list.map(range) }}`,
      'a list has no map in a template',
    ],
    [
      'a method of a list that changes it',
      '{{ list.push("b") }}',
      'a list has no push in a template',
    ],
    [
      'a method of a list with a function',
      '{{ list.concat(range) }}',
      'a method was given a function',
    ],
    [
      'a number',
      `{{ number.constructor.constructor("${code}")() }}`,
      'a number has no constructor in a template',
    ],
    [
      'a number as it stands',
      `{{ (1).toFixed.constructor("${code}")() }}`,
      'constructor is asked for',
    ],
    [
      'a boolean',
      `{{ true["constructor"]["constructor"]("${code}")() }}`,
      'a boolean has no constructor in a template',
    ],
    [
      'an object',
      `{{ object.constructor.constructor("${code}")() }}`,
      'constructor is no part of the data',
    ],
    [
      'an object as it stands',
      `{{ {}.constructor.constructor("${code}")() }}`,
      'constructor is no part of the data',
    ],
    ['an object by __proto__', '{{ object.__proto__ }}', '__proto__ is no part of the data'],
    [
      'an object by __defineGetter__',
      '{{ object.__defineGetter__("a", range) }}',
      '__defineGetter__ is no part of the data',
    ],
    [
      'an object by __lookupGetter__',
      '{{ object.__lookupGetter__("__proto__") }}',
      '__lookupGetter__ is no part of the data',
    ],
    [
      'an object by hasOwnProperty',
      `{{ object.hasOwnProperty.constructor("${code}")() }}`,
      'hasOwnProperty is no part of the data',
    ],
    [
      'an object with another prototype',
      '{{ {"__proto__": range} }}',
      '"__proto__" cannot be a key',
    ],
    ['an object with a toString', '{{ {toString: range} ~ "" }}', '"toString" cannot be a key'],
    ['an object with a valueOf', '{{ {valueOf: range} + 1 }}', '"valueOf" cannot be a key'],
    ['a pattern', `{{ r/a/.constructor.constructor("${code}")() }}`, 'constructor in a template'],
    ['exec of a pattern', `{{ r/a/.exec.constructor("${code}")() }}`, 'exec in a template'],
    ['a function of the project', '{{ helper() }}', 'helper is a function'],
    [
      'the constructor of a function of the project',
      `{{ helper.constructor("${code}")() }}`,
      'helper is a function',
    ],
    ['a function in an object of the project', '{{ holder.call() }}', 'call is a function'],
    ['a function in a list of the project', '{{ functions[0]() }}', '0 is a function'],
    [
      'a function in a list of the project, in a loop',
      '{% for f in functions %}{{ f() }}{% endfor %}',
      'f cannot be called: it is a function',
    ],
    [
      'a function in a list of the project, by a filter',
      '{{ (functions | first)() }}',
      '(…) cannot be called: it is a function',
    ],
    [
      'a method of an instance',
      '{{ host.greet() }}',
      'an instance of Host has nothing that a template may read, and greet is asked for',
    ],
    [
      'the constructor of an instance',
      `{{ host.constructor.constructor("${code}")() }}`,
      'an instance of Host has nothing',
    ],
    [
      'an instance, in a loop',
      '{% for a in host %}{% endfor %}',
      'a loop runs over a list, a text or an object, and there is an instance of Host',
    ],
    [
      'a date',
      `{{ date.constructor.constructor("${code}")() }}`,
      'an instance of Date has nothing',
    ],
    [
      'what every object has, as a variable',
      '{{ constructor }}',
      'the variable constructor is not given',
    ],
    [
      'what every object has, behind default',
      `{{ (constructor | default(1)).constructor("${code}")() }}`,
      'a number has no constructor',
    ],
    [
      'what every object has, as the name of a variable',
      '{% set constructor = 1 %}',
      '"constructor" cannot be the name of a variable',
    ],
    [
      '__proto__ as the name of a variable',
      '{% set __proto__ = range %}',
      '"__proto__" cannot be the name of a variable',
    ],
    [
      'what every object has, as an argument that is left out',
      `{% macro m(constructor) %}{{ constructor("${code}")() }}{% endmacro %}{{ m() }}`,
      '"constructor" cannot be the name of a variable',
    ],
    [
      'what every object has, as an argument',
      `{% macro m(a) %}{% endmacro %}{{ m(__proto__=range) }}`,
      '"__proto__" cannot be a key',
    ],
    [
      'the variable of a loop that turns write into',
      '{% for loop in list %}{% endfor %}',
      '"loop" cannot be the name of a variable',
    ],
    [
      'filters that are functions of every object',
      `{{ "${code}" | constructor }}`,
      'filter not found: constructor',
    ],
    [
      'a filter that would define a getter',
      '{{ "lookup" | __defineGetter__(range) }}',
      'filter not found: __defineGetter__',
    ],
    [
      'tests that are functions of every object',
      '{{ 1 is constructor }}',
      'test not found: constructor',
    ],
    [
      'a test that would define a getter',
      '{{ "lookup" is __defineGetter__(range) }}',
      'test not found: __defineGetter__',
    ],
    ['a test by select', '{{ list | select("constructor") }}', 'test not found: constructor'],
    [
      'a test by select that would define a getter',
      '{{ list | select("__defineGetter__", range) }}',
      'the filter select was given a function',
    ],
    [
      'sort by what a function has',
      '{{ [range] | sort(attribute="constructor") }}',
      'a function has nothing that a template may read, and constructor is asked for',
    ],
    [
      'sort by what a text has',
      '{{ list | sort(false, false, "constructor.name") }}',
      'a text has no constructor',
    ],
    ['groupby', '{{ list | groupby("constructor") }}', 'a text has no constructor'],
    [
      'groupby with a function',
      '{{ list | groupby(range) }}',
      'the filter groupby was given a function',
    ],
    ['join', '{{ [range] | join(",", "constructor") }}', 'constructor is asked for'],
    ['sum', '{{ list | sum("constructor") }}', 'a text has no constructor'],
    ['selectattr', '{{ list | selectattr("constructor") }}', 'a text has no constructor'],
    ['rejectattr', '{{ [range] | rejectattr("constructor") }}', 'constructor is asked for'],
    ['map, which nunjucks has not', '{{ list | map("constructor") }}', 'filter not found: map'],
    ['attr, which nunjucks has not', '{{ range | attr("constructor") }}', 'filter not found: attr'],
    [
      'replace with a function',
      '{{ name | replace(r/w/, range) }}',
      'the filter replace was given a function',
    ],
    [
      'a method in the place of a filter’s list',
      `{{ holder | join("${code}") }}`,
      'the filter join was given an object that holds a function',
    ],
    [
      'a method in the place of a filter’s text',
      '{{ holder | replace(r/a/, "b") }}',
      'the filter replace was given an object that holds a function',
    ],
    [
      'an instance in a filter',
      '{{ host | upper }}',
      'the filter upper was given an instance of Host',
    ],
    [
      'what a test calls',
      '{{ {toUpperCase: range} is upper }}',
      'a text, number or boolean is needed',
    ],
    [
      'a member of an object by in',
      '{% if "constructor" in object %}x{% endif %}{{ object.constructor }}',
      'constructor is no part of the data',
    ],
    ['a name that is a call', '{{ "${x}"() }}', '(…) cannot be called: it is a text'],
  ])('%s', (_, template, said) => {
    expect(outcome(template, vars)).toContain(said)
    expect(outcome(template, vars)).toMatch(/^template x\.njk(:1)?: /)
  })

  // Nunjucks' compiler writes JavaScript, with names, keys and tests from its parser unescaped.
  test.each<[what: string, template: string, said: string]>([
    [
      'a variable',
      '{{ (1 if nope"&&Function`globalThis.ran\\x3d1```&&"x else 2) }}',
      'is not a name',
    ],
    [
      'what set names',
      `{% set 'a", globalThis.ran = 1, "b' = 1 %}`,
      'cannot be the name of a variable',
    ],
    [
      'a macro',
      `{% macro 'm", globalThis.ran = 1, "'() %}{% endmacro %}`,
      'cannot be the name of a variable',
    ],
    [
      'an argument of a macro',
      `{% macro m('x", globalThis.ran = 1, "'=1) %}{% endmacro %}{{ m() }}`,
      'cannot be the name of a variable',
    ],
    [
      'an argument of a macro that is an expression',
      '{% macro m(a.b) %}{% endmacro %}',
      'cannot be the name of a variable',
    ],
    [
      'the variables of a loop',
      '{% for a, b.c in list %}{% endfor %}',
      'cannot be the name of a variable',
    ],
    ['a filter', '{{ 1 | a"&&Function`globalThis.ran\\x3d1```&&"b }}', 'is not a name'],
    [
      'a test',
      `{{ 1 is 'x"), (globalThis.ran = 1), env.getTest("odd' }}`,
      'is not the name of a test',
    ],
    [
      'a test in parts',
      `{{ 1 is equalto(range, ["constructor"], ("${code}"), (1)) }}`,
      'the test equalto takes one argument',
    ],
    [
      'what is called, in messages',
      `{{ object["\\\\\\", globalThis.ran = 1)))/*"]("*/") }}`,
      'cannot be called: it is nothing',
    ],
    [
      'the names of its own functions',
      '{% asyncEach runtime in list %}{{ runtime.x }}{% endeach %}',
      'AsyncEach cannot be used',
    ],
    [
      'the names of its own functions, at once',
      '{% asyncAll env in list %}{{ "a" | upper }}{% endall %}',
      'AsyncAll cannot be used',
    ],
    ['what waits', '{% ifAsync list %}{% endif %}', 'IfAsync cannot be used'],
  ])('by the template’s own code: %s', (_, template, said) => {
    expect(outcome(template, vars)).toContain(said)
  })

  test('and variables are not changed', () => {
    const shared = { list: ['a'], object: { a: 1 } }
    const asked = [
      '{% set list = 1 %}',
      '{% for a in list %}{% set a = 2 %}{% endfor %}',
      '{% set object.a = 2 %}',
      '{% macro m(a) %}{% set a = 3 %}{% endmacro %}{{ m(object) }}',
      '{{ list.concat(["b"]) | sort | join }}',
      '{{ list | reverse }}',
    ]
    for (const template of asked) outcome(template, shared)
    expect(shared).toEqual({ list: ['a'], object: { a: 1 } })
  })
})

describe('data can be read', () => {
  test.each<[what: string, template: string, vars: Vars, expected: string]>([
    [
      'own members, whatever their names',
      '{{ o.constructor }} {{ o["__proto__"] }} {{ o.length }}',
      { o: JSON.parse('{"constructor":1,"__proto__":2,"length":3}') as unknown },
      '1 2 3',
    ],
    [
      'members of objects without a prototype',
      '{{ o.a }}',
      { o: Object.assign(Object.create(null) as object, { a: 1 }) },
      '1',
    ],
    [
      'texts',
      '{{ t.split(".")[0] }} {{ t.toUpperCase() }} {{ t.length }} {{ t[0] }} {{ t.replace(r/b/g, "x") }}',
      { t: 'a.b' },
      'a A.B 3 a a.x',
    ],
    [
      'lists',
      '{{ l.concat(["c"]).join("+") }} {{ l.length }} {{ l.includes("a") }} {{ l.at(-1) }}',
      { l: ['a', 'b'] },
      'a+b+c 2 true b',
    ],
    ['numbers', '{{ n.toFixed(1) }} {{ n.toString(8) }}', { n: 8 }, '8.0 10'],
    [
      'numbers that are written otherwise',
      '{{ l[n] }} {{ "a\nb" | indent(n) | json }} {{ n.toFixed(2) }} {{ n }}',
      { l: ['a', 'b', 'c'], n: new WrittenNumber('2.0', 2) },
      'c "a\\n  b" 2.00 2.0',
    ],
    ['an indent that is a text', '{{ o | json("\t") }}', { o: [1] }, '[\n\t1\n]'],
    ['patterns', '{% set p = r/^we/ %}{{ p.test(t) }}', { t: 'web' }, 'true'],
    [
      'what a macro answers',
      '{% macro m(x) %}{{ x }}{% endmacro %}{{ m("ab").length }}{{ m("ab") | upper }}{{ m("a b") | shell }}',
      {},
      "2AB'a b'",
    ],
    [
      'a loop over an object with a length',
      '{% for k, v in o %}{{ k }}{{ v }} {% endfor %}',
      { o: { length: 1, a: 2 } },
      'length1 a2 ',
    ],
    [
      'a loop over a map and a set',
      '{% for k, v in m %}{{ k }}{{ v }}{% endfor %}{% for x in s %}{{ x }}{% endfor %}',
      { m: new Map([['a', 1]]), s: new Set([2]) },
      'a12',
    ],
    [
      'groups of any name',
      '{% for k, v in l | groupby("n") %}{{ k }}{{ v | length }} {% endfor %}',
      { l: [{ n: 'constructor' }, { n: '__proto__' }, { n: 'constructor' }] },
      'constructor2 __proto__1 ',
    ],
    ['instances as texts', '{{ url }}', { url: new URL('http://x/') }, 'http://x/'],
    [
      'macros that see what was set',
      '{% set a = 1 %}{% macro m() %}{{ a }}{% endmacro %}{{ m() }}',
      {},
      '1',
    ],
    ['the block of a set', '{% set a %}{{ b }}{% endset %}{{ a | upper }}', { b: 'x' }, 'X'],
    ['sums before they are joined, as in Jinja', '{{ "x" ~ 1 + 2 }}', {}, 'x3'],
  ])('%s', (_, template, given, expected) => {
    expect(render('x.njk', template, given)).toBe(expected)
  })

  test('an undefined name in the block of a set', () => {
    expect(outcome('{% set a %}\n{{ nope }}{% endset %}')).toBe(
      'template x.njk:2: the variable nope is not given',
    )
  })
})

describe('the output of a rendering is limited', () => {
  const doubled = (times: number): string =>
    `{% set x = "aaaaaaaaaa" %}{% for i in range(${String(times)}) %}{% set x = x ~ x %}{% endfor %}`

  test.each<[what: string, template: string, said: string]>([
    [
      'a long range',
      'a\n{% for i in range(999999999) %}x{% endfor %}',
      'template x.njk:2: it makes a list of more than 1,000,000 items',
    ],
    ['an endless range', '{{ range(1, 2, 1e-300 | default(0.0)) | length }}', 'is not a name'],
    [
      'a range of small steps',
      '{{ range(0, 1, "1e-300" | float) | length }}',
      'a list of more than 1,000,000 items',
    ],
    [
      'loops in loops',
      '{% for a in range(999990) %}{% for b in range(20) %}{% endfor %}{% endfor %}',
      'its loops turn more than 1,000,000 times',
    ],
    [
      'a loop over a long text',
      `${doubled(18)}{% for a in x %}{% endfor %}`,
      'its loops turn more than 1,000,000 times',
    ],
    [
      'an object that says that it is long',
      '{% for a in {length: 999999999} %}{% endfor %}{{ {length: 999999999} | reverse }}',
      'the filter reverse takes a list, and was given an object',
    ],
    [
      'a text that doubles',
      `${doubled(40)}{{ x }}`,
      'it makes a text of more than 10,000,000 characters',
    ],
    [
      'a list of long texts',
      `${doubled(16)}{% set l = [] %}{% for i in range(100000) %}{% set l = [l, x ~ i] %}{% endfor %}`,
      'it makes a list of more than 10,000,000 characters',
    ],
    [
      'a list that grows',
      '{% set l = [1, 2] %}{% for i in range(100) %}{% set l = l.concat(l) %}{% endfor %}',
      'it makes a list of more than 1,000,000 items',
    ],
    [
      'a text of many letters as a list',
      `${doubled(17)}{{ x | list | length }}`,
      'it makes a list of more than 1,000,000 items',
    ],
    [
      'a text that is split',
      `${doubled(17)}{{ x.split("") | length }}`,
      'it makes a list of more than 1,000,000 items',
    ],
    ['repeat', '{{ "x".repeat(999999999) }}', 'it makes a text of more than 10,000,000 characters'],
    ['padEnd', '{{ "x".padEnd(999999999) }}', 'it makes a text of more than 10,000,000 characters'],
    [
      'center',
      '{{ "x" | center(999999999) }}',
      'it makes a text of more than 10,000,000 characters',
    ],
    [
      'center by a text',
      '{{ "x" | center("999999999") }}',
      'it makes a text of more than 10,000,000 characters',
    ],
    [
      'indent',
      '{{ "x\ny" | indent(999999999) }}',
      'it makes a text of more than 10,000,000 characters',
    ],
    [
      'batch',
      '{{ [1] | batch(999999999, 0) | length }}',
      'it makes a list of more than 1,000,000 items',
    ],
    [
      'slice',
      '{{ [1] | slice(999999999) | length }}',
      'it makes a list of more than 1,000,000 items',
    ],
    [
      'a replacement',
      `${doubled(10)}{{ x | replace("", x) }}`,
      'it makes a text of more than 10,000,000 characters',
    ],
    [
      'a list of lists as it is written',
      '{% set l = ["xxxxxxxxxx"] %}{% for i in range(40) %}{% set l = [l, l] %}{% endfor %}{{ l }}',
      'it makes a list of more than 10,000,000 characters',
    ],
    [
      'much that is written',
      `{% for a in range(20000) %}${'x'.repeat(2000)}{% endfor %}`,
      'it writes more than 10,000,000 characters',
    ],
    [
      'a macro without an end',
      '{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}',
      'its macros call each other more than 100 deep',
    ],
    [
      'two macros without an end',
      '{% macro a() %}{{ b() }}{% endmacro %}{% macro b() %}{{ a() }}{% endmacro %}{{ a() }}',
      'its macros call each other more than 100 deep',
    ],
    [
      'brackets in brackets',
      `{{ ${'('.repeat(50_000)}1${')'.repeat(50_000)} }}`,
      'it is nested too deeply',
    ],
  ])('%s', (_, template, said) => {
    expect(outcome(template)).toContain(said)
  })

  test('the time is limited, even for a regular expression, which only V8 can end', () => {
    expect(() => withinTime(0.05, () => /(a+)+$/.test(`${'a'.repeat(60)}b`))).toThrow(TimeOver)
    expect(withinTime(10, () => 1)).toBe(1)
    expect(() =>
      withinTime(10, () => {
        throw new RangeError('its own')
      }),
    ).toThrow('its own')
  })

  const list = Array.from({ length: 10_000 }, () => 1)

  test.each<[what: string, use: (meter: Meter) => unknown, said: string]>([
    [
      'lists',
      (meter) => meter.composite(list),
      'it makes more than 1,000,000,000 characters and items on the way',
    ],
    [
      'joined texts',
      (meter) => meter.value('x'.repeat(100_000)),
      'it makes more than 1,000,000,000 characters and items on the way',
    ],
    ['calls', (meter) => meter.turn(1), 'its loops turn more than 1,000,000 times'],
  ])('endless %s', (_, use, said) => {
    const meter = new Meter(true)
    expect(() => {
      for (;;) use(meter)
    }).toThrow(said)
  })

  test.each<[what: string, use: (meter: Meter) => unknown]>([
    ['a pattern', (meter) => filterOf('replace')(['a', /a/, 'b'], meter, {})],
    [
      'a pattern that is asked',
      (meter) => (member(/a/, 'test', meter) as (text: string) => unknown)('a'),
    ],
    [
      'a pattern that a text is given',
      (meter) =>
        (member('a', 'replace', meter) as (pattern: RegExp, by: string) => unknown)(/a/, 'b'),
    ],
    ['a long text', (meter) => filterOf('trim')([' '.repeat(20_000)], meter, {})],
    [
      'a long list',
      (meter) => filterOf('reverse')([Array.from({ length: 20_000 }, () => 'a')], meter, {}),
    ],
    ['many turns', (meter) => meter.turn(20_000)],
    ['much that is made', (meter) => meter.text(2_000_000)],
  ])('%s runs with a time limit', (_, use) => {
    expect(() => use(new Meter(false))).toThrow(NeedsWatch)
    expect(() => use(new Meter(true))).not.toThrow()
  })

  test('a large file is within all limits', () => {
    const hosts = Array.from({ length: 20_000 }, (_, index) => ({
      name: `web${String(index)}`,
      address: `10.0.${String(index >> 8)}.${String(index & 255)}`,
      tags: ['a', 'b'],
    }))
    const written = render(
      'x.njk',
      '{% for host in hosts %}{{ host.address }} {{ host.name | upper }} {{ host.tags | join(",") }}{{ "" if loop.last else "\\n" }}{% endfor %}',
      { hosts },
    )
    expect(written.split('\n').length).toBe(20_000)
  })
})
