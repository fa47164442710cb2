// Builds the published files from tsc's output: `node scripts/build/bundle.mjs DIST`.
//
// dist/fettle/main.cjs      the command line
// dist/fettle/program.cjs   everything else, with the libraries
// dist/fettle/keeper.cjs    the watchdog of a lab
// dist/fettle/*.js          ES modules that re-export parts of program.cjs
// dist/types                the declarations of the public modules
// dist/sbom.cdx.json        the bundled packages, and their licences
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

/** The metafiles of esbuild, which list the inputs of each file. */
const metafiles = []

/** Bundles a module and everything that it imports into the text of one CommonJS file. */
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
    define: { 'import.meta.url': '__fileUrl', 'import.meta.dirname': '__dirname' },
    banner: { js: "const __fileUrl = require('node:url').pathToFileURL(__filename).href" },
    legalComments: 'none',
    logLevel: 'warning',
    ...options,
  })
  metafiles.push(metafile)
  return compact(outputFiles[0].text)
}

/**
 * The program. `lab`, `demo` and `testing` are functions, so that only who needs them evaluates
 * their modules.
 * `import()` is not available in a script compiled with `vm.Script`, as this one is. jiti and
 * mysql2 load files beside their own and are rarely used; cpu-features is compiled when it is
 * installed.
 */
const programText = () =>
  joined({
    stdin: {
      contents: [
        "export * from './program.js'",
        "export const lab = () => import('./commands/lab.js')",
        "export const demo = () => import('./commands/demo-command.js')",
        "export const testing = () => import('../testing.js')",
      ].join('\n'),
      resolveDir: at('src', 'cli'),
    },
    external: ['jiti', 'mysql2', 'cpu-features'],
    plugins: [compiledBySsh2, installedLocales],
    supported: { 'dynamic-import': false },
  })

/** Writes an ES module that re-exports a part of the program, given by `expression`. */
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

// Node's module wrapper function is part of the file: added at run time, it would take another
// three megabytes of memory.
const parameters = 'exports, require, module, __filename, __dirname'
const program = `(function (${parameters}) { ${await programText()}\n})`
write('program.cjs', program)
// V8 identifies a script by its length alone, so its cache is named by this digest.
write('id', createHash('sha256').update(program).digest('hex').slice(0, 16))

await writePart('index.js', 'index.js', 'loadProgram().fettle')
await writePart('kit.js', 'kit.js', 'loadProgram().kit')
await writePart('testing.js', 'testing.js', 'await loadProgram().testing()')
await writePart('program.js', 'cli/program.js', 'loadProgram()')
await writePart('lab.js', 'cli/commands/lab.js', 'await loadProgram().lab()')
await writePart('demo-command.js', 'cli/commands/demo-command.js', 'await loadProgram().demo()')

copyDeclarations(at('src'), at('types'), ['index.d.ts', 'kit.d.ts', 'testing.d.ts'])

const bill = billOfMaterials(root, bundledFolders(metafiles, dist))
writeFileSync(at('sbom.cdx.json'), `${JSON.stringify(bill, null, 1)}\n`)
// Not published: test/package compares the list of packages with it.
writeFileSync(at('metafiles.json'), JSON.stringify(metafiles))
