// Makes docs/resources.md and docs/errors.md from the code: `npm run docs`. What they say stands in
// the doc comments of src/ and in the rows of test/resources/ that are marked as examples;
// test/docs/reference.test.ts fails when the pages are not what this makes.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

const root = fileURLToPath(new URL('..', import.meta.url))

/** The chapters, and what Ansible has for each thing. */
const chapters = {
  'Plays and tasks': { play: 'a play', task: 'a task file or role' },
  Files: {
    file: '`copy`, `template`, `file`',
    directory: '`file` with `state: directory`',
    symlink: '`file` with `state: link`',
    absent: '`file` with `state: absent`',
  },
  Packages: { 'apt.packages': '`apt`', 'python.venv': '`pip` with `virtualenv`' },
  'Users and rights': { group: '`group`', user: '`user`', sudoers: '`community.general.sudoers`' },
  Services: {
    'systemd.unit': '`template`, then `systemd_service` with `daemon_reload`',
    'systemd.service': '`systemd_service`, and handlers that restart',
  },
  Code: {
    'git.checkout': '`git`',
    sshKey: '`community.crypto.openssh_keypair`',
    knownHost: '`known_hosts`',
  },
  Databases: {
    'mysql.database': '`community.mysql.mysql_db`',
    'mysql.user': '`community.mysql.mysql_user`',
  },
  GitHub: {
    'github.webhook': '`community.general.github_webhook`',
    'github.deployKey': '`community.general.github_deploy_key`',
  },
  'Commands and checks': { command: '`command`, `shell`', 'check.http': '`uri` with `until`' },
  Values: {
    env: "`lookup('env', …)`",
    'env.secret': 'Vault, `no_log`',
    'env.optional': '',
    secret: '',
    secretSource: "`lookup('file', …)`",
    generatedSecret: "`lookup('password', …)`, on the host",
    uri: '`urlencode`',
    json: '`to_json`',
  },
}

const introduction = (
  laters,
) => `Everything here is imported from \`fettle\`; the [README](../README.md#what-you-write) shows how it comes together. A task returns resources, in the order in which they are
applied; each says how one thing on a host should be. Besides its own options it takes [those of every resource](#options-of-every-resource).

- **Left out means not managed.** Defaults are for making a new thing; of an existing one, what you leave out stays as it is. Where the column *default* is empty,
  leaving the option out asks for nothing. Lists add to what is there, unless the option, or an \`exact…\` one beside it, says that they are the whole.
- **Mistakes are found before anything connects**: an option that does not exist, a value that it cannot have, two that exclude each other.
- **Paths** on a host are absolute; \`source\` is relative to the project's directory, \`template\` to its \`templates/\`. Both stay in the project, wherever links lead. What lies elsewhere is read where
  the project's \`package.json\` names its folder, once for all: \`"fettle": { "sources": ["../app"] }\`; then \`source: '../app/nginx.conf'\`, and links into it, are fine.
- **An address** is \`type[id]\`, such as \`file[/etc/app.conf]\`; the id comes from the first argument. Two resources of one address are one, at the first place, when their options are equal, else an error that names both places. What functions make of a
  value (\`.map(…)\`, functions among \`vars\`) is compared as soon as it is known: when no host has been touched if files of the project suffice, else at the resource's turn. Triggers are compared by their address.
- **\`Value<T>\`** is a \`T\` or a \`Later<T>\`: a value that only the host knows, read together with the facts of the resource that uses it. Such values are ${laters};
  \`.map(change)\` makes another of one, \`\` secret\`…\` \`\` joins several. Until the host has it, what depends on it reads *known after apply*.
- **A \`Secret\`** cannot be printed, joined to a string or written to a log. It comes from \`env.secret\`, \`secret\` or \`generatedSecret\`.`

const oneLine = (text) => text.replace(/\s+/g, ' ').trim()
const row = (cells) =>
  `| ${cells.map((cell) => oneLine(cell).replaceAll('|', '\\|')).join(' | ')} |`
const table = (head, rows) => [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n')
const code = (text) => `\`\`\`ts\n${text}\n\`\`\``
const link = (name) => `[\`${name}\`](#${name.toLowerCase().replaceAll('.', '')})`
const page = (title, madeFrom, parts) =>
  `${[`<!-- Made by \`npm run docs\` from ${madeFrom}: change it there. -->`, `# ${title}`, ...parts].join('\n\n')}\n`

/** The sentences that say what leaving an option out means, apart from the others. */
function splitDefault(doc) {
  const fallbackOf = (sentence) => /^(?:Default:?|Left out:) (.*?)\.?$/.exec(sentence)?.[1]
  const sentences = oneLine(doc).split(/(?<=[.!?]) (?=[A-Z`])/)
  const fallback = sentences
    .flatMap((sentence) => fallbackOf(sentence) ?? [])
    .join('; ')
    .replace(/(?<!`)\b(?:true|false)\b(?!`)/g, '`$&`')
  return {
    meaning: sentences.filter((sentence) => fallbackOf(sentence) === undefined).join(' '),
    fallback,
  }
}

/**
 * The example of a table of cases as a user writes it: with public names; resources that it uses
 * before it and other constants in their place; for a Secret, the one of that name in the
 * environment.
 */
function exampleOf(file, publicNames) {
  if (!existsSync(file)) return null
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true)
  const constants = new Map(
    source.statements
      .filter(ts.isVariableStatement)
      .flatMap(({ declarationList }) =>
        declarationList.declarations.map(({ name, initializer }) => [name.getText(), initializer]),
      ),
  )
  const used = new Map()
  const writeName = (name) => {
    const constant = constants.get(name)
    if (constant === undefined) return publicNames.get(name) ?? name
    if (!ts.isCallExpression(constant) || !publicNames.has(constant.expression.getText()))
      return write(constant)
    used.set(name, `const ${name} = ${write(constant)}\n`)
    return name
  }
  const write = (node) => {
    const isMember =
      (ts.isPropertyAssignment(node.parent) || ts.isPropertyAccessExpression(node.parent)) &&
      node.parent.name === node
    if (ts.isIdentifier(node) && !isMember) return writeName(node.text)
    if (ts.isShorthandPropertyAssignment(node))
      return `${node.name.text}: ${writeName(node.name.text)}`.replace(/^(\w+): \1$/, '$1')
    if (ts.isNewExpression(node) && node.expression.getText() === 'Secret')
      return `env.secret(${node.arguments[0].getText()})`
    let [text, at] = ['', node.getStart()]
    node.forEachChild((child) => {
      text += source.text.slice(at, child.getStart()) + write(child)
      at = child.getEnd()
    })
    return text + source.text.slice(at, node.getEnd())
  }
  const member = (object, name) =>
    object.properties.find((each) => each.name?.getText() === name)?.initializer
  const given = member(
    constants
      .get('cases')
      .elements.find(
        (each) => ts.isObjectLiteralExpression(each) && member(each, 'example') !== undefined,
      ),
    'resource',
  )
  const call = (ts.isIdentifier(given) ? constants.get(given.text) : given).body
  if (call === undefined)
    throw new Error(`${file}: write the example's resource in its row, not as ${given.getText()}`)
  const options = call.arguments.at(-1)
  if (write(call).length <= 110 || !ts.isObjectLiteralExpression(options))
    return [...used.values(), write(call)].join('')
  const first = call.arguments.slice(0, -1).map((each) => `${write(each)}, `)
  return [
    ...used.values(),
    write(call.expression),
    '(',
    ...first,
    '{\n',
    ...options.properties.map((each) => `  ${write(each)},\n`),
    '})',
  ].join('')
}

/**
 * What src/index.ts exports: types and values by name, and every function by the name that users
 * write, with its signatures.
 */
function readProgram() {
  const { options } = ts.getParsedCommandLineOfConfigFile(
    join(root, 'tsconfig.json'),
    {},
    { ...ts.sys, onUnRecoverableConfigFileDiagnostic: () => undefined },
  )
  const program = ts.createProgram([join(root, 'src/index.ts')], options)
  const checker = program.getTypeChecker()
  const real = (symbol) =>
    symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
  const isOurs = (symbol) =>
    symbol.declarations?.[0].getSourceFile().fileName.startsWith(join(root, 'src/')) === true
  const exported = new Map(
    checker
      .getExportsOfModule(
        checker.getSymbolAtLocation(program.getSourceFile(join(root, 'src/index.ts'))),
      )
      .map((symbol) => [symbol.name, real(symbol)]),
  )
  const functions = new Map()
  const collect = (name, type) => {
    if (type.getConstructSignatures().length > 0) return
    if (type.getCallSignatures().length > 0) functions.set(name, type.getCallSignatures())
    for (const member of type.getProperties())
      collect(`${name}.${member.name}`, checker.getTypeOfSymbol(member))
  }
  for (const [name, symbol] of exported)
    if (isOurs(symbol) && symbol.flags & ts.SymbolFlags.Value)
      collect(name, checker.getTypeOfSymbol(symbol))
  return { program, checker, real, isOurs, exported, functions }
}

function resourcesPage({ checker, real, isOurs, exported, functions }) {
  const undocumented = []
  const homeOf = (member) => member.declarations[0].parent.symbol
  const declarationOf = (name) => real(checker.getSymbolAtLocation(name)).declarations[0]
  const isResource = (type) => type.getProperty('reads') !== undefined

  /**
   * The interface behind a type, or a list of it, that users have no name for: its members are
   * shown as options of the option.
   */
  function nestedIn(node) {
    if (ts.isTypeOperatorNode(node)) return nestedIn(node.type)
    if (ts.isArrayTypeNode(node)) return nestedIn(node.elementType)
    if (!ts.isTypeReferenceNode(node) || !ts.isInterfaceDeclaration(declarationOf(node.typeName)))
      return null
    const type = checker.getTypeFromTypeNode(node)
    return !isOurs(type.symbol) || exported.has(type.symbol.name) || isResource(type) ? null : type
  }

  /**
   * A type as a reader wants it: without `readonly`, and what users have no name for spelled out.
   */
  function typeText(node) {
    if (ts.isTypeOperatorNode(node)) return typeText(node.type)
    if (ts.isUnionTypeNode(node)) return node.types.map(typeText).join(' | ')
    if (ts.isArrayTypeNode(node)) return `${typeText(node.elementType)}[]`
    if (ts.isTypeLiteralNode(node))
      return `{ ${node.members.map(({ name, type }) => `${name.getText()}: ${typeText(type)}`).join(', ')} }`
    if (ts.isFunctionTypeNode(node))
      return `(${node.parameters.map(({ name }) => name.getText()).join(', ')}) => ${typeText(node.type)}`
    if (!ts.isTypeReferenceNode(node)) return oneLine(node.getText())
    const name = node.typeName.getText()
    const inner = (node.typeArguments ?? []).map(typeText)
    if (name === 'Readonly') return inner[0]
    if (['Record', 'Value', 'Later'].includes(name)) return `${name}<${inner.join(', ')}>`
    const declaration = declarationOf(node.typeName)
    if (ts.isTypeParameterDeclaration(declaration)) return declaration.constraint.getText()
    if (ts.isTypeAliasDeclaration(declaration) && isOurs(declaration.symbol))
      return typeText(declaration.type)
    return nestedIn(node) === null ? name : 'object'
  }

  /**
   * A row for each option, inherited ones first, and for the options of an option. The common ones
   * have a chapter of their own.
   */
  function optionRows(type, prefix = '') {
    const members = type
      .getProperties()
      .filter(
        (member) => homeOf(member).name !== 'CommonOptions' || type.symbol.name === 'CommonOptions',
      )
    const isOwn = (member) => homeOf(member) === type.symbol
    return [...members.filter((member) => !isOwn(member)), ...members.filter(isOwn)].flatMap(
      (member) => {
        const [{ type: node, questionToken }] = member.declarations
        const { meaning, fallback } = splitDefault(
          ts.displayPartsToString(member.getDocumentationComment(checker)),
        )
        if (meaning === '') undocumented.push(`${type.symbol.name}.${member.name}`)
        const nested = nestedIn(node)
        const own = [
          `\`${prefix}${member.name}\``,
          `\`${typeText(node)}\``,
          meaning,
          questionToken === undefined ? '**required**' : fallback,
        ]
        return [
          own,
          ...(nested === null
            ? []
            : optionRows(
                nested,
                `${prefix}${member.name}${typeText(node).endsWith('[]') ? '[]' : ''}.`,
              )),
        ]
      },
    )
  }
  const optionTable = (type) => table(['option', 'type', 'meaning', 'default'], optionRows(type))

  const parameter = ({ name, questionToken, initializer }) =>
    `${ts.isIdentifier(name) ? name.text : 'options'}${(questionToken ?? initializer) === undefined ? '' : '?'}`
  const call = (name, { declaration: { parameters } }) =>
    parameters[0].type.getText() === 'TemplateStringsArray'
      ? `${name}\`…\``
      : `${name}(${parameters.map(parameter).join(', ')})`

  function prose(name, signature) {
    const text = ts.displayPartsToString(signature.getDocumentationComment(checker))
    if (text === '') undocumented.push(name)
    return [
      text,
      ...signature
        .getJsDocTags()
        .filter((tag) => tag.name === 'throws')
        .map(
          (tag) => `Fails with ${ts.displayPartsToString(tag.text).replace('FettleError ', '')}.`,
        ),
    ]
  }

  /** What a resource has besides itself, for other resources: `.publicKey`. */
  function offeredBy(name) {
    const type = functions.get(name)[0].getReturnType()
    return isResource(type)
      ? type.getProperties().filter((member) => homeOf(member).name !== 'Resource')
      : []
  }

  const publicNames = new Map(
    [...functions].map(([name, [{ declaration }]]) => [declaration.name?.text, name]),
  )
  function entry(name) {
    const signatures = functions.get(name)
    const [{ declaration }] = signatures
    const options = declaration.parameters.find((each) => parameter(each).startsWith('options'))
    const example = exampleOf(
      join(
        root,
        'test/resources',
        basename(declaration.getSourceFile().fileName).replace('.ts', '.cases.ts'),
      ),
      publicNames,
    )
    return [
      `### ${name}`,
      code(signatures.map((each) => call(name, each)).join('\n')),
      ...signatures.flatMap((each) => prose(name, each)),
      ...offeredBy(name).map(
        (member) =>
          `**\`.${member.name}\`** (\`${typeText(member.declarations[0].type)}\`): ${ts.displayPartsToString(member.getDocumentationComment(checker))}`,
      ),
      ...(options === undefined ? [] : [optionTable(checker.getTypeAtLocation(options))]),
      ...(example === null ? [] : ['Example:', code(example)]),
    ]
  }

  const listed = Object.entries(chapters).map(([title, names]) => [
    title,
    Object.entries(names).filter(([name]) => functions.has(name)),
  ])
  const laters = [...functions.keys()]
    .flatMap((name) => offeredBy(name).map((member) => `\`${name}(…).${member.name}\``))
    .join(' and ')
  const index = listed.flatMap(([title, names]) =>
    names.map(([name, ansible], at) => [at === 0 ? title : '', link(name), ansible]),
  )
  const text = page(
    'Resources and values',
    'the doc comments of src/ and the examples of test/resources/',
    [
      introduction(laters),
      table(['', 'Fettle', 'Ansible'], index),
      '## Options of every resource',
      optionTable(checker.getDeclaredTypeOfSymbol(exported.get('CommonOptions'))),
      ...listed.flatMap(([title, names]) => [
        `## ${title}`,
        ...names.flatMap(([name]) => entry(name)),
      ]),
    ],
  )
  return { text, undocumented }
}

/** The catalogue in its order; its comments are the headings. */
function errorsPage({ program }) {
  const source = program.getSourceFile(join(root, 'src/core/errors.ts'))
  const {
    declarations: [catalogue],
  } = source.statements.find(ts.isVariableStatement).declarationList
  const literal = catalogue.initializer.expression.expression
  const parts = []
  for (const { name, initializer, pos } of literal.properties) {
    const [heading] = ts.getLeadingCommentRanges(source.text, pos) ?? []
    if (heading !== undefined)
      parts.push({ title: source.text.slice(heading.pos + 2, heading.end).trim(), rows: [] })
    parts
      .at(-1)
      .rows.push([
        `\`${name.text}\``,
        ...initializer.properties.map((each) => each.initializer.text.replaceAll('`', '\\`')),
      ])
  }
  return page('Errors', 'src/core/errors.ts', [
    'Each error has a code that stays the same; scripts find it in the [JSON lines](events.md). Its message names the place and the values, and often a more exact remedy than the one here.',
    ...parts.flatMap(({ title, rows }) => [
      `## ${title}`,
      table(['code', 'meaning', 'what to do'], rows),
    ]),
  ])
}

/** The pages by their paths, and what has no doc comment. */
export function makeReference() {
  const read = readProgram()
  const { text, undocumented } = resourcesPage(read)
  return { pages: { 'docs/resources.md': text, 'docs/errors.md': errorsPage(read) }, undocumented }
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  for (const [path, text] of Object.entries(makeReference().pages))
    writeFileSync(join(root, path), text)
