import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'
import { expect, test } from '@jest/globals'
import ts from 'typescript'
import { isShellKind } from '../src/core/fact.js'
import * as kit from '../src/kit.js'

// What Fettle's own resources are written with, and no more, is in `fettle/kit`.

const root = join(import.meta.dirname, '..')
const parsed = (file: string): ts.SourceFile =>
  ts.createSourceFile(file, readFileSync(join(root, file), 'utf8'), ts.ScriptTarget.Latest)

/** The names of an import or export, as their module calls them. */
const namesIn = (clause: ts.NamedImports | ts.NamedExports): readonly string[] =>
  clause.elements.map(({ name, propertyName }) => (propertyName ?? name).text)

const textOf = (specifier: ts.Expression | undefined): string =>
  specifier !== undefined && ts.isStringLiteral(specifier) ? specifier.text : ''

/** A file of the project by how another imports it: `src/core/sh`. */
const pathOf = (from: string, specifier: string): string =>
  normalize(join(dirname(from), specifier)).replace(/\.js$/, '')

/** What a file exports: `src/core/sh:lines`; a module as a whole is `src/core/schemas:*`. */
const exportsOf = (file: string): readonly string[] =>
  parsed(file)
    .statements.filter(ts.isExportDeclaration)
    .flatMap(({ exportClause, moduleSpecifier }) => {
      const path = pathOf(file, textOf(moduleSpecifier))
      if (exportClause === undefined || !ts.isNamedExports(exportClause)) return [`${path}:*`]
      return namesIn(exportClause).map((name) => `${path}:${name}`)
    })

const offered = new Set(['src/kit.ts', 'src/facts/index.ts'].flatMap(exportsOf))
const isOffered = (path: string, name: string): boolean =>
  offered.has(`${path}:${name}`) || offered.has(`${path}:*`)

/** What stands for these in the kit: it checks the names of other packages' kinds, too. */
const replaced = ['definition:resource', 'fact:shellFact', 'fact:backendFact', 'backend:declared']

const sources = ['src/facts', 'src/resources'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && file !== 'index.ts')
    .map((file) => join(folder, file)),
)

/** `git` of `src/facts/git/remote.ts`, whose own halves in facts and resources share what they like. */
const familyOf = (path: string): string => relative('src', dirname(path)).split('/')[1] ?? ''

interface Import {
  readonly from: string
  readonly path: string
  readonly name: string
}
const imports: readonly Import[] = sources.flatMap((from) =>
  parsed(from)
    .statements.filter(ts.isImportDeclaration)
    .flatMap(({ importClause, moduleSpecifier }) => {
      const specifier = textOf(moduleSpecifier)
      const named = importClause?.namedBindings
      if (!specifier.startsWith('.') || named === undefined || !ts.isNamedImports(named)) return []
      return namesIn(named).map((name) => ({ from, path: pathOf(from, specifier), name }))
    }),
)

test('what src/core offers to facts and resources', () => {
  const lacking = imports
    .filter(({ path, name }) => path.startsWith('src/core/') && !isOffered(path, name))
    .map(({ path, name }) => `${path.slice('src/core/'.length)}:${name}`)
  expect(new Set(lacking)).toEqual(new Set(replaced))
})

test('what two families of facts and resources share', () => {
  const lacking = imports.filter(
    ({ from, path, name }) =>
      !path.startsWith('src/core/') && familyOf(from) !== familyOf(path) && !isOffered(path, name),
  )
  expect(lacking.map(({ path, name }) => `${path}:${name}`)).toEqual([])
})

/** A kind of fact, or a backend. */
const isKind = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  ('implementation' in value ||
    ('parse' in value && isShellKind(value as never)) ||
    'read' in value)

test('every kind of fact, and every backend', async () => {
  const exported = new Set<unknown>(Object.values(kit))
  const lacking: string[] = []
  for (const file of sources.filter((each) => each.startsWith('src/facts/'))) {
    const module = (await import(`../${file}`)) as Readonly<Record<string, unknown>>
    for (const [name, value] of Object.entries(module))
      if (isKind(value) && !exported.has(value)) lacking.push(`${file}: ${name}`)
  }
  expect(lacking).toEqual([])
})
