// The page docs/resources.md.
import { join, relative } from 'node:path'
import ts from 'typescript'
import { chapters, introduction } from './chapters.mjs'
import { exampleOf } from './example.mjs'
import { code, link, page, table } from './markdown.mjs'
import { Options } from './options.mjs'
import { homeOf, isResource } from './public-api.mjs'

/** The page, and the names of everything without a doc comment. */
export function resourcesPage(root, api) {
  const entries = new Entries(root, api)
  const listed = Object.entries(chapters).map(([title, names]) => [
    title,
    Object.entries(names).filter(([name]) => api.functions.has(name)),
  ])
  const index = listed.flatMap(([title, names]) =>
    names.map(([name, ansible], at) => [at === 0 ? title : '', link(name), ansible]),
  )
  const parts = [
    introduction(entries.laters()),
    table(['', 'Fettle', 'Ansible'], index),
    '## Options of every resource',
    entries.options.table(api.typeNamed('CommonOptions')),
    ...listed.flatMap(([title, names]) => [
      `## ${title}`,
      ...names.flatMap(([name]) => entries.of(name)),
    ]),
  ]
  const madeFrom = 'the doc comments of src/ and the examples of test/resources/'
  const text = page('Resources and values', madeFrom, parts)
  return { text, undocumented: [...entries.undocumented, ...entries.options.undocumented] }
}

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
    const named = [...api.functions].map(([name, [{ declaration }]]) => [declaration, name])
    this.#publicNames = new Map(named.map(([declaration, name]) => [declaration.name?.text, name]))
  }

  /** The parts of a function's chapter. */
  of(name) {
    const signatures = this.#api.functions.get(name)
    const [{ declaration }] = signatures
    return [
      `### ${name}`,
      code(signatures.map((each) => callText(name, each)).join('\n')),
      ...signatures.flatMap((each) => this.#prose(name, each)),
      ...this.#offeredBy(name).map((member) => this.#memberText(member)),
      ...this.#optionTable(declaration),
      ...this.#example(declaration),
    ]
  }

  /** The values that only a host knows, as a sentence names them. */
  laters() {
    const names = [...this.#api.functions.keys()].flatMap((name) =>
      this.#offeredBy(name).map((member) => `\`${name}(…).${member.name}\``),
    )
    return names.join(' and ')
  }

  #prose(name, signature) {
    const text = this.#api.commentOf(signature)
    if (text === '') this.undocumented.push(name)
    const failures = signature.getJsDocTags().filter((tag) => tag.name === 'throws')
    return [text, ...failures.map(failureText)]
  }

  /** The values that a resource offers to other resources: `.publicKey`. */
  #offeredBy(name) {
    const type = this.#api.functions.get(name)[0].getReturnType()
    if (!isResource(type)) return []
    return type.getProperties().filter((member) => homeOf(member).name !== 'Resource')
  }

  #memberText(member) {
    const type = this.options.typeText(member.declarations[0].type)
    return `**\`.${member.name}\`** (\`${type}\`): ${this.#api.commentOf(member)}`
  }

  #optionTable({ parameters }) {
    const options = parameters.find((each) => parameterText(each).startsWith('options'))
    return options === undefined ? [] : [this.options.table(this.#api.typeOf(options))]
  }

  #example(declaration) {
    const source = relative(join(this.#root, 'src'), declaration.getSourceFile().fileName)
    const cases = join(this.#root, 'test', source.replace('.ts', '.cases.ts'))
    const example = exampleOf(cases, this.#publicNames)
    return example === null ? [] : ['Example:', code(example)]
  }
}

const failureText = ({ text }) =>
  `Fails with ${ts.displayPartsToString(text).replace('FettleError ', '')}.`

function parameterText({ name, questionToken, initializer }) {
  const isOptional = questionToken !== undefined || initializer !== undefined
  const shown = ts.isIdentifier(name) ? name.text : 'options'
  return isOptional ? `${shown}?` : shown
}

/** How a function is called. */
function callText(name, { declaration: { parameters } }) {
  const isTag = parameters[0].type.getText() === 'TemplateStringsArray'
  return isTag ? `${name}\`…\`` : `${name}(${parameters.map(parameterText).join(', ')})`
}
