import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, test } from '@jest/globals'
import { render } from '../../src/core/template/template.js'
import { dash, git, GitStage } from '../resources/git/stage.js'

// The script that a push runs, with stand-ins for the programs that it calls: what a person has
// changed on the host must not be lost without a message.

const stage = new GitStage()
const at = (...names: readonly string[]): string => join(stage.root, ...names)
/** Programs of the environment and of the host, which all report success. */
function standIn(path: string, script = 'exit 0'): void {
  writeFileSync(path, `#!/bin/sh\n${script}\n`)
  chmodSync(path, 0o755)
}

beforeEach(() => {
  for (const folder of ['bin', 'home', 'venv/bin']) mkdirSync(at(folder), { recursive: true })
  for (const name of ['bin/sudo', 'bin/sleep', 'venv/bin/python']) standIn(at(name))
  standIn(at('bin/curl'), 'echo 200')
  git(stage.root, 'clone', '--quiet', stage.repo, stage.path)
})

function deploy(given: Readonly<Record<string, unknown>> = {}): {
  readonly status: number | null
  readonly said: string
} {
  const vars = {
    app: 'demo',
    branch: 'main',
    checkout: stage.path,
    venv: at('venv'),
    deployKey: at('key'),
    deployLock: at('lock'),
    hookHome: at('home'),
    hookUser: 'webhook',
    pageUrl: 'http://localhost/',
    page_status: [200],
    socket: null,
    restart: 'true',
    find_links: null,
    ssh_agent: false,
    ...given,
  }
  writeFileSync(
    at('deploy'),
    render('deploy.sh.njk', readFileSync('templates/deploy.sh.njk', 'utf8'), vars),
  )
  const { status, stdout, stderr } = spawnSync(dash.command[0] ?? '', [at('deploy')], {
    env: { PATH: `${at('bin')}:${dash.path}`, HOME: at('home'), LC_ALL: 'C' },
  })
  return { status, said: `${stdout.toString()}${stderr.toString()}` }
}

test('what the new commit ignores stays, and what is discarded is named', () => {
  stage.write({ 'uploads/picture': 'mine\n', junk: 'mine\n', 'app.py': 'by hand\n' })
  stage.push({ '.gitignore': '*.log\nuploads/\n' })
  const { status, said } = deploy()
  expect(said).toContain('deploy: discards  M app.py\ndeploy: discards ?? junk\n')
  expect([
    status,
    stage.inCheckout('app.py'),
    stage.exists('junk'),
    stage.inCheckout('uploads/picture'),
  ]).toEqual([0, 'one\n', false, 'mine\n'])
  expect(readdirSync(at('home'))).toEqual([])
})

test('packages that cannot be put back are kept, and the place is said', () => {
  writeFileSync(at('venv/package'), 'of before')
  standIn(at('bin/cp'), '[ ! -e "$HOME/full" ] || exit 1\nexec /bin/cp "$@"')
  standIn(at('venv/bin/python'), 'touch "$HOME/full"; exit 1')
  stage.push({ 'app.py': 'two\n' })
  const { status, said } = deploy()
  const [, kept = ''] =
    /the earlier packages could not be put back: they are in (.*)/.exec(said) ?? []
  expect([status, stage.inCheckout('app.py'), existsSync(join(kept, 'package'))]).toEqual([
    1,
    'one\n',
    true,
  ])
})

test.each(['feature/x#1', "it's", 'a$(touch${IFS}x)&b;c', 'ünïcode'])('the branch %s', (branch) => {
  git(stage.upstream, 'checkout', '--quiet', '-b', branch)
  stage.push({ 'app.py': 'of the branch\n' })
  const { status, said } = deploy({ branch })
  expect([status, stage.inCheckout('app.py'), said]).toEqual([
    0,
    'of the branch\n',
    expect.stringContaining(' -> '),
  ])
})

test('a page that answers as it should, on a socket', () => {
  standIn(
    at('bin/curl'),
    `[ "$*" = "--silent --output /dev/null --write-out %{http_code} --max-time 5 --unix-socket /run/demo/s http://localhost/a?b=1&c='" ] && echo 302`,
  )
  stage.push({ 'app.py': 'two\n' })
  expect(
    deploy({
      pageUrl: "http://localhost/a?b=1&c='",
      socket: '/run/demo/s',
      page_status: [200, 302],
    }),
  ).toMatchObject({ status: 0 })
})

test('a page with another answer rolls the push back, and the answer is shown', () => {
  standIn(at('bin/curl'), 'echo 500')
  stage.push({ 'app.py': 'two\n' })
  const { status, said } = deploy({ page_status: [200, 302] })
  expect([status, stage.inCheckout('app.py')]).toEqual([1, 'one\n'])
  expect(said).toContain(
    'deploy: http://localhost/ answers 500, none of 200, 302\ndeploy: failed: wait for the page; going back to',
  )
})
