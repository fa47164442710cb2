// Makes what is published from what tsc has compiled: `node scripts/build/bundle.mjs DIST`.
//
// dist/fettle/main.cjs      the command line
// dist/fettle/program.cjs   everything else, with the libraries
// dist/fettle/keeper.cjs    the process that watches over a lab
// dist/fettle/*.js          what names a part of program.cjs to an import
// dist/types                the declarations of the public module
// dist/sbom.cdx.json        the packages that were joined, and their licences
//
// Everything is in few files because finding, reading and compiling five hundred modules takes Node
// longer than a host takes to answer.
import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { billOfMaterials, bundledFolders } from './bundled-packages.mjs'
import { copyDeclarations } from './declarations.mjs'
import { compact } from './compact.mjs'
import { besideTheProgram, compiledBySsh2, installedLocales } from './plugins.mjs'

const root = resolve(import.meta.dirname, '../..')
const dist = resolve(process.argv[2])
const at = (...parts) => join(dist, ...parts)
const write = (name, text) => writeFileSync(at('fettle', name), text)

/** The metafiles of esbuild, which say what went into each file. */
const metafiles = []

/** Joins a module and all that it imports into the text of one CommonJS file. */
async function joined(options) {
  const { outputFiles, metafile } = await build({
    // The paths in the output are relative to it.
    absWorkingDir: dist,
    write: false,
    metafile: true,
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20.19',
    define: { 'import.meta.url': 'here', 'import.meta.dirname': '__dirname' },
    banner: { js: "const here = require('node:url').pathToFileURL(__filename).href" },
    legalComments: 'none',
    logLevel: 'warning',
    ...options,
  })
  metafiles.push(metafile)
  return compact(outputFiles[0].text)
}

/**
 * The program. `lab` and `demo` are functions, so that only these commands evaluate their modules.
 * A script that is compiled by hand, as this one is, cannot import. jiti and mysql2 have files of
 * their own beside them and are seldom used; cpu-features is compiled when it is installed.
 */
const programText = () =>
  joined({
    stdin: {
      contents: [
        "export * from './program.js'",
        "export const lab = () => import('./commands/lab.js')",
        "export const demo = () => import('./commands/demo-command.js')",
      ].join('\n'),
      resolveDir: at('src', 'cli'),
    },
    external: ['jiti', 'mysql2', 'cpu-features'],
    plugins: [compiledBySsh2, installedLocales],
    supported: { 'dynamic-import': false },
  })

/** An ES module that hands out what `expression` makes of the program. */
async function writePart(name, source, expression) {
  const exported = Object.keys(await import(pathToFileURL(at('src', source))))
  const lines = [
    "import { loadProgram } from '../../bin/program.js'",
    '',
    `export const { ${exported.join(', ')} } = ${expression}`,
    '',
  ]
  write(name, lines.join('\n'))
}

mkdirSync(at('fettle'), { recursive: true })
write(
  'main.cjs',
  await joined({ entryPoints: [at('src', 'cli', 'main.js')], plugins: [besideTheProgram] }),
)
write('keeper.cjs', await joined({ entryPoints: [at('src', 'lab', 'keeper.js')] }))

// The function that Node would wrap around a module is part of the file: wrapped around it later,
// it would take another three megabytes of memory.
const parameters = 'exports, require, module, __filename, __dirname'
const program = `(function (${parameters}) { ${await programText()}\n})`
write('program.cjs', program)
// V8 itself tells programs apart by their length alone.
write('id', createHash('sha256').update(program).digest('hex').slice(0, 16))

await writePart('index.js', 'index.js', 'loadProgram().fettle')
await writePart('program.js', 'cli/program.js', 'loadProgram()')
await writePart('lab.js', 'cli/commands/lab.js', 'await loadProgram().lab()')
await writePart('demo-command.js', 'cli/commands/demo-command.js', 'await loadProgram().demo()')

copyDeclarations(at('src'), at('types'), 'index.d.ts')

const bill = billOfMaterials(root, bundledFolders(metafiles, dist))
writeFileSync(at('sbom.cdx.json'), `${JSON.stringify(bill, null, 1)}\n`)
// Not published: test/package compares the list of packages with it.
writeFileSync(at('metafiles.json'), JSON.stringify(metafiles))
