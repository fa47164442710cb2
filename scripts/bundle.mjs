// Joins the program and the libraries that it uses into two files, the command line and the rest:
// to find, read and compile some five hundred modules takes Node longer than a host takes to
// answer. `node scripts/bundle.mjs DIST`, after tsc.
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const dist = resolve(process.argv[2])
const at = (...parts) => join(dist, ...parts)

/** ssh2 looks for what its installation has compiled beside its own files. */
const native = {
  name: 'native',
  setup: ({ onResolve }) =>
    onResolve({ filter: /sshcrypto\.node$/ }, () => ({
      path: 'ssh2/lib/protocol/crypto/build/Release/sshcrypto.node',
      external: true,
    })),
}

/** What the command line imports when a command needs it stays where it is. */
const onDemand = {
  name: 'on-demand',
  setup: ({ onResolve }) =>
    onResolve({ filter: /^\.\// }, ({ kind, path }) =>
      kind === 'dynamic-import'
        ? { path: `../src/cli/${path.slice(2)}`, external: true }
        : undefined,
    ),
}

/** The folders of the packages that are in what was joined. */
const used = new Set()

/**
 * Joins a module and all that it imports into one file of CommonJS, in ASCII: it takes V8 half the
 * memory, and reading it no decoding.
 */
async function joined(entry, options) {
  const {
    outputFiles: [{ text }],
    metafile,
  } = await build({
    entryPoints: [at('src', 'cli', entry)],
    write: false,
    metafile: true,
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20.19',
    define: { 'import.meta.url': 'here', 'import.meta.dirname': '__dirname' },
    banner: { js: "const here = require('node:url').pathToFileURL(__filename).href" },
    logLevel: 'warning',
    ...options,
  })
  for (const input of Object.keys(metafile.inputs))
    used.add(/^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1] ?? '')
  return text.replace(
    /[^\0-\x7f]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

mkdirSync(at('fettle'), { recursive: true })
writeFileSync(at('fettle', 'main.cjs'), await joined('main.js', { plugins: [onDemand] }))

// Seldom used, or with files of their own beside them. A script that is compiled by hand, as this
// one is, cannot import.
const text = await joined('program.js', {
  external: ['jiti', 'mysql2', 'cpu-features'],
  plugins: [native],
  supported: { 'dynamic-import': false },
})
// The function that Node would make of it stands in the file: put around it later, it would take
// another three megabytes.
const program = `(function (exports, require, module, __filename, __dirname) { ${text}\n})`
writeFileSync(at('fettle', 'program.cjs'), program)
// By itself V8 would take what it has kept for any program of this length.
writeFileSync(at('fettle', 'id'), createHash('sha256').update(program).digest('hex').slice(0, 16))

/** Their licences, as these ask for. */
const licences = [...used]
  .filter((folder) => folder !== '')
  .sort()
  .map((folder) => {
    const file = readdirSync(folder).find((name) => /^licen[cs]e/i.test(name))
    const { name, version, license } = JSON.parse(
      readFileSync(join(folder, 'package.json'), 'utf8'),
    )
    return `${name} ${version} (${license})\n\n${file === undefined ? '' : readFileSync(join(folder, file), 'utf8')}`
  })
writeFileSync(at('fettle', 'LICENCES.txt'), licences.join(`\n${'-'.repeat(80)}\n\n`))

// A task file of plain JavaScript that Node loads by itself gets this copy too.
const names = Object.keys(await import(pathToFileURL(at('src', 'index.js'))))
writeFileSync(
  at('fettle', 'index.js'),
  `import { loadProgram } from '../../bin/program.js'\n\nexport const { ${names.join(', ')} } = loadProgram().fettle\n`,
)
