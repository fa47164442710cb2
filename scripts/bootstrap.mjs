// Runs a command in a fresh clone, and first installs and builds what it needs: `node
// scripts/bootstrap.mjs build|test|demo|bench [ARGUMENTS]`. It announces what it installs and asks
// first at a terminal (not with --yes), and writes to standard error only.
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { root, say, Unready } from './clone.mjs'
import { prepare } from './prepare.mjs'
import { run } from './programs.mjs'

const at = (...parts) => join(root, ...parts)

/**
 * The command line that Node runs when everything is there, and further requirements besides the
 * lab's own programs: programs or paths, with the Debian packages that contain them.
 */
const commands = {
  build: { argv: null },
  test: {
    argv: [
      '--experimental-vm-modules',
      '--disable-warning=ExperimentalWarning',
      at('node_modules', 'jest', 'bin', 'jest.js'),
    ],
    programs: {
      git: 'git',
      ssh: 'openssh-client',
      sshd: 'openssh-server',
      socat: 'socat',
      busybox: 'busybox-static',
      shellcheck: 'shellcheck',
      '/usr/lib/python3/dist-packages/ansible': 'ansible-core',
    },
  },
  demo: { argv: [at('bin', 'fettle.js'), 'demo'] },
  bench: {
    argv: [at('dist', 'test', 'bench', 'bench.js')],
    programs: { git: 'git', ssh: 'openssh-client' },
    takesYes: true,
  },
}

const isRoot = () => process.platform === 'linux' && process.getuid() === 0

async function installPackages(name, ask) {
  const requirements = at('dist', 'src', 'lab', 'requirements.js')
  const { installRequirements, requireMachine } = await import(pathToFileURL(requirements))
  // Where no lab host can run, the tests without hosts still do; jest.config.js says which are left
  // out.
  if (name === 'test' && refuses(requireMachine)) return
  await installRequirements({ ask, say, also: commands[name].programs })
}

function refuses(check) {
  try {
    check()
    return false
  } catch {
    return true
  }
}

async function main([name, ...words]) {
  if (!Object.hasOwn(commands, name)) {
    const names = Object.keys(commands).join('|')
    throw new Unready(`usage: node scripts/bootstrap.mjs ${names}`, 3)
  }
  const ask = !words.includes('--yes')
  // The message of src/lab/requirements.ts, which is not compiled yet.
  if (name === 'demo' && !isRoot())
    throw new Unready(
      'the demo boots a lab host, which runs on Linux as root\nrun it as root on Debian 12, in a virtual machine too',
    )
  await prepare({ ask })
  const { argv, takesYes } = commands[name]
  if (argv === null) return
  // Without root the lab cannot run, and each command reports that itself.
  if (isRoot()) await installPackages(name, ask)
  const passed = words.filter((word) => word !== '--yes' || takesYes)
  process.exitCode = await run([process.execPath, ...argv, ...passed], 'inherit')
}

await main(process.argv.slice(2)).catch((error) => {
  say(`fettle: ${[error.message, error.remedy].filter(Boolean).join('\n')}`)
  process.exitCode = Number.isInteger(error.code) ? error.code : 1
})
