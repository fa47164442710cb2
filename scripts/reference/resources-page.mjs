// The page docs/resources.md.
import { join, relative } from 'node:path'
import { exampleOf } from './example.mjs'
import { chapters, introduction } from './introduction.mjs'
import { code, link, page, table } from './markdown.mjs'
import { Options } from './options.mjs'

/** The page, and which functions have no doc comment. */
export function resourcesPage(root, api) {
  const entries = new Entries(root, api)
  const listed = byChapter(api.functions)
  const index = listed.flatMap(([title, functions]) =>
    functions.map(([name, { ansible }], at) => [at === 0 ? title : '', link(name), ansible]),
  )
  const parts = [
    introduction(entries.laters()),
    table(['', 'Fettle', 'Ansible'], index),
    '## Options of every resource',
    entries.options.table(api.typeNamed('CommonOptions')),
    ...listed.flatMap(([title, functions]) => [
      `## ${title}`,
      ...functions.flatMap((each) => entries.of(...each)),
    ]),
  ]
  const madeFrom = 'the definitions in src/ and the examples of test/resources/'
  const text = page('Resources and values', madeFrom, parts)
  return { text, undocumented: entries.undocumented }
}

/** The functions of each chapter, by name. */
function byChapter(functions) {
  const found = new Map()
  for (const [name, described] of [...functions].sort(([a], [b]) => a.localeCompare(b, 'en'))) {
    const { chapter } = described
    if (chapter === undefined) throw new Error(`${name} names no chapter: @chapter in its comment`)
    found.set(chapter, [...(found.get(chapter) ?? []), [name, described]])
  }
  const others = [...found.keys()].filter((title) => !chapters.includes(title)).sort()
  const titles = [...chapters.filter((title) => found.has(title)), ...others]
  return titles.map((title) => [title, found.get(title)])
}

const shownExample = (example) => ['Example:', code(example)]

/** Describes the public functions. */
class Entries {
  #root
  #api
  #publicNames
  options
  /** Functions without a doc comment. */
  undocumented = []

  constructor(root, api) {
    this.#root = root
    this.#api = api
    this.options = new Options(api)
    const named = [...api.functions].map(([name, { declaration }]) => [declaration, name])
    this.#publicNames = new Map(named.map(([declaration, name]) => [declaration.name?.text, name]))
  }

  /** The parts of a function's chapter. */
  of(name, { calls, texts, example, offers, options, declaration }) {
    if (texts.includes('')) this.undocumented.push(`${name} has no doc comment`)
    return [
      `### ${name}`,
      code(calls.map((parameters) => callText(name, parameters)).join('\n')),
      ...texts,
      ...offers.map((each) => `**\`.${each.name}\`** (\`${each.type}\`): ${each.text}`),
      ...(options === undefined ? [] : [this.options.table(options)]),
      ...(example === undefined ? this.#example(declaration) : shownExample(example)),
    ]
  }

  /** The values that only a host knows, as a sentence names them. */
  laters() {
    const names = [...this.#api.functions].flatMap(([name, { offers }]) =>
      offers.map((each) => `\`${name}(…).${each.name}\``),
    )
    return names.join(' and ')
  }

  #example(declaration) {
    const source = relative(join(this.#root, 'src'), declaration.getSourceFile().fileName)
    const cases = join(this.#root, 'test', source.replace('.ts', '.cases.ts'))
    const example = exampleOf(cases, this.#publicNames)
    return example === null ? [] : shownExample(example)
  }
}

/** How a function is called; null stands for a tag's template. */
const callText = (name, parameters) =>
  parameters === null ? `${name}\`…\`` : `${name}(${parameters.join(', ')})`
