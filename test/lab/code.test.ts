import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { directory } from '../../src/resources/files/directory.js'
import type { GitCheckoutOptions } from '../../src/resources/git/checkout-options.js'
import { gitCheckout } from '../../src/resources/git/checkout.js'
import { knownHost } from '../../src/resources/accounts/known-host.js'
import type { PythonVenvOptions } from '../../src/resources/python/venv-options.js'
import { pythonVenv } from '../../src/resources/python/venv.js'
import { sshKey } from '../../src/resources/accounts/ssh-key.js'
import type { Session } from '../../src/ssh/session.js'
import { Convergence, logIn } from './converge.js'
import { labHost, slow } from './host.js'

const host = labHost({ image: 'stack' })
let session: Session
let on: Convergence
beforeAll(async () => {
  session = await logIn(host())
  on = new Convergence(session)
  await host().mustRun(`useradd --system --create-home --home-dir /var/lib/webhook --shell /usr/sbin/nologin webhook
    install -d -o webhook -g webhook -m 0700 /var/lib/webhook/.ssh
    useradd --system --home-dir /srv/app --no-create-home --shell /usr/sbin/nologin app; install -d -m 0755 /srv/app
    useradd --create-home --shell /usr/bin/git-shell git; install -d -o git -g git -m 0700 /home/git/.ssh`)
  await upstream(
    'git init --quiet --bare -b main app.git && git clone --quiet app.git work 2>/dev/null && cd work && git checkout --quiet -b main && echo one >app.py && echo "*.log" >.gitignore && git add . && git commit --quiet -m one && git push --quiet origin HEAD',
  )
}, slow)
afterAll(() => session.close())

/** Runs shell in the repository's folder, as its owner. */
const upstream = (script: string): Promise<string> =>
  host().mustRun([
    'runuser',
    '-u',
    'git',
    '--',
    'env',
    'HOME=/home/git',
    'GIT_AUTHOR_NAME=a',
    'GIT_AUTHOR_EMAIL=a@b',
    'GIT_COMMITTER_NAME=a',
    'GIT_COMMITTER_EMAIL=a@b',
    'sh',
    '-euc',
    `cd; ${script}`,
  ])
const push = async (script: string): Promise<string> =>
  (
    await upstream(
      `cd work; ${script}; git add --all; git commit --quiet -m next; git push --quiet origin HEAD; git rev-parse HEAD`,
    )
  ).slice(0, 7)
const mode = async (...paths: readonly string[]): Promise<readonly string[]> =>
  (await host().mustRun(['stat', '-c', '%U:%G %a', ...paths])).trim().split('\n')

describe('a private repository over ssh', () => {
  const key = sshKey('/var/lib/webhook/.ssh/id_app', { owner: 'webhook' })
  const source = '/srv/app/src'
  const repo = 'ssh://git@localhost/home/git/app.git'
  const checkout = (options: Partial<GitCheckoutOptions> = {}): ReturnType<typeof gitCheckout> =>
    gitCheckout(source, {
      repo,
      ref: 'main',
      owner: 'webhook',
      key,
      clean: { untracked: true },
      lock: '/run/lock/app',
      ...options,
    })

  test('the obstacle is reported, and no key is accepted unseen', async () => {
    expect(await on.plan(checkout())).toMatchObject({
      is: 'unknown',
      reason: expect.stringContaining('Host key verification failed'),
    })
    await on.apply(knownHost('localhost', { keys: [host().hostKey] }))
    expect(await on.plan(checkout())).toMatchObject({
      is: 'unknown',
      reason: expect.stringContaining('Permission denied'),
    })
  })

  test('the key registered, it is cloned into the directory as that is, once', async () => {
    await on.apply(key, directory(source, { owner: 'webhook', group: 'app', mode: '2750' }))
    await host().mustRun(
      'install -o git -g git -m 0600 /var/lib/webhook/.ssh/id_app.pub /home/git/.ssh/authorized_keys',
    )
    const head = (await upstream('git -C work rev-parse HEAD')).slice(0, 7)
    expect(await on.apply(checkout(), checkout())).toEqual([
      [`clone ${repo} at ${head} (main)`],
      [],
    ])
    expect(await mode(source, `${source}/app.py`, `${source}/.git/index`, '/run/lock/app')).toEqual(
      ['webhook:app 2750', 'webhook:app 640', 'webhook:app 640', 'webhook:webhook 640'],
    )
    await host().mustRun(['runuser', '-u', 'app', '--', 'cat', `${source}/app.py`])
    expect(
      (await host().run(['runuser', '-u', 'nobody', '--', 'cat', `${source}/app.py`])).code,
    ).toBe(1)
    expect(await host().mustRun(`cat ${source}/.git/config`)).not.toMatch(/id_app|sshCommand/)
  })

  test('the result of the deploy script is the desired state, after a push and drift of every kind', async () => {
    const before = (await upstream('git -C work rev-parse HEAD')).slice(0, 7)
    const after = await push('echo two >app.py')
    expect(await on.apply(checkout(), checkout())).toEqual([
      [`${before} → ${after} (main), then remove what is untracked`],
      [],
    ])
    await host().mustRun(
      `cd ${source}; echo drift >app.py; touch junk kept.log; chown -R root .; touch .git/index.lock`,
    )
    expect(await on.apply(checkout(), checkout())).toEqual([
      [
        'owner root → webhook',
        'remove 1 lock of a git that is gone: .git/index.lock',
        'discard changes of 1 file: app.py',
        'remove 1 untracked file: junk',
      ],
      [],
    ])
    await push('echo three >app.py')
    await host().mustRun([
      'runuser',
      '-u',
      'webhook',
      '--',
      'env',
      'HOME=/var/lib/webhook',
      'GIT_SSH_COMMAND=ssh -i /var/lib/webhook/.ssh/id_app',
      'sh',
      '-euc',
      `umask 027; cd ${source}; git fetch --quiet --prune --no-tags origin +refs/heads/main:refs/remotes/origin/main; git reset --quiet --hard refs/remotes/origin/main; git clean -fd`,
    ])
    expect(await on.apply(checkout())).toEqual([[]])
  })

  test('what is in the way is named and left; line endings and swapped names are handled', async () => {
    const plain = gitCheckout(source, {
      repo,
      ref: 'main',
      owner: 'webhook',
      key,
      lock: '/run/lock/app',
    })
    await host().mustRun([
      'runuser',
      '-u',
      'webhook',
      '--',
      'sh',
      '-c',
      `echo mine >${source}/local.ini`,
    ])
    await push('echo theirs >local.ini')
    await expect(on.apply(plain)).rejects.toMatchObject({
      code: 'action-failed',
      message: expect.stringContaining('would be overwritten'),
      detail: 'local.ini',
      remedy: expect.stringMatching(/^move them away/),
    })
    expect(await host().mustRun(`cat ${source}/local.ini; rm ${source}/local.ini`)).toBe('mine\n')
    await upstream(
      'cd work; printf "one\\r\\n" >page.html; git add page.html; git commit --quiet -m page; echo "*.html text eol=lf" >.gitattributes; git add .gitattributes; git commit --quiet -m attributes; git push --quiet origin HEAD HEAD:release/1.0',
    )
    expect(await on.apply(plain, plain)).toEqual([[expect.stringContaining('(main)')], []])
    await host().mustRun(`touch ${source}/page.html`)
    expect(await on.apply(plain, checkout({ ref: 'release/1.0' }))).toEqual([[], []])
    await upstream(
      'cd work; git commit --quiet --allow-empty -m release; git push --quiet origin :release/1.0 HEAD:release',
    )
    await on.apply(checkout({ ref: 'release' }), checkout({ ref: 'release' }))
    await upstream('cd work; git push --quiet origin HEAD')
    expect(await on.apply(checkout())).toEqual([[]])
  })

  test('a remote that hangs ends by itself', async () => {
    await host().mustRun([
      'systemd-run',
      '--quiet',
      '--unit=silent',
      'python3',
      '-c',
      "import socket,time; s=socket.socket(); s.bind(('127.0.0.1',2222)); s.listen(); time.sleep(600)",
    ])
    await host().mustRun(
      'for i in $(seq 50); do ss -ltn | grep -q 127.0.0.1:2222 && exit 0; sleep 0.1; done; exit 1',
    )
    expect(await on.plan(checkout({ repo: 'ssh://git@127.0.0.1:2222/app.git' }))).toMatchObject({
      is: 'unknown',
      reason: expect.stringMatching(/timed out|did not answer/),
    })
  }, 60_000)

  test('git refuses a tree of somebody else, which is unknown', async () => {
    await host().mustRun(`chown root ${source} && chmod 2755 ${source}`)
    expect(await on.plan(checkout())).toMatchObject({
      is: 'unknown',
      reason: expect.stringContaining('dubious ownership'),
    })
    await host().mustRun(`chown webhook ${source} && chmod 2750 ${source}`)
  })
})

describe('a virtual environment', () => {
  const path = '/srv/app/venv'
  const venv = (options: PythonVenvOptions = {}): ReturnType<typeof pythonVenv> =>
    pythonVenv(path, {
      owner: 'webhook',
      systemSitePackages: true,
      findLinks: '/srv/wheels',
      requirements: '/srv/app/requirements.txt',
      ...options,
    })
  const requirements = (text: string): Promise<string> =>
    host().mustRun(['sh', '-c', 'cat >/srv/app/requirements.txt'], { input: text })
  /** A wheel is a zip of a module and its metadata. */
  const wheel = (version: string): Promise<string> =>
    host().mustRun([
      'python3',
      '-c',
      `import os, zipfile
os.makedirs('/srv/wheels', exist_ok=True)
info = 'greeting-${version}.dist-info'
with zipfile.ZipFile('/srv/wheels/greeting-${version}-py3-none-any.whl', 'w') as z:
    z.writestr('greeting.py', 'version = "${version}"')
    z.writestr(info + '/METADATA', 'Metadata-Version: 2.1\\nName: greeting\\nVersion: ${version}\\n')
    z.writestr(info + '/WHEEL', 'Wheel-Version: 1.0\\nGenerator: x\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')
    z.writestr(info + '/RECORD', 'greeting.py,,\\n' + info + '/METADATA,,\\n' + info + '/WHEEL,,\\n' + info + '/RECORD,,\\n')`,
    ])
  const version = async (): Promise<string> =>
    (
      await host().mustRun([
        `${path}/bin/python`,
        '-c',
        'import flask, greeting; print(greeting.version)',
      ])
    ).trim()

  test('the file of a later checkout is awaited, then only what the system does not give is installed', async () => {
    await wheel('1.0')
    expect(await on.plan(venv())).toMatchObject({
      is: 'blocked',
      reason: '/srv/app/requirements.txt does not exist',
    })
    await requirements('flask>=2\nSQLAlchemy\ngreeting==1.0\n')
    await on.apply(directory(path, { owner: 'webhook', group: 'app', mode: '2750' }))
    expect(await on.apply(venv(), venv())).toEqual([
      ['create a virtual environment of Python 3.11', 'install greeting==1.0'],
      [],
    ])
    expect(await version()).toBe('1.0')
    expect(await mode(path, `${path}/bin/pip`)).toEqual(['webhook:app 2750', 'webhook:app 755'])
    expect((await host().run(['runuser', '-u', 'nobody', '--', 'ls', path])).code).toBe(2)
  }, 60_000)

  test('a push that wants another version, and what the deploy script installed', async () => {
    await wheel('1.1')
    await requirements('flask>=2\ngreeting>=1.1 ; python_version > "3"\n')
    expect(await on.apply(venv(), venv())).toEqual([
      ['install greeting>=1.1 ; python_version > "3"'],
      [],
    ])
    expect(await version()).toBe('1.1')
    await wheel('1.2')
    await requirements('greeting==1.2\n')
    await host().mustRun([
      'runuser',
      '-u',
      'webhook',
      '--',
      `${path}/bin/python`,
      '-m',
      'pip',
      'install',
      '--quiet',
      '--no-index',
      '--find-links',
      '/srv/wheels',
      '-r',
      '/srv/app/requirements.txt',
    ])
    expect(await on.apply(venv())).toEqual([[]])
  }, 60_000)

  test('requirements in the task reach pip, and what cannot be had fails with its words', async () => {
    const rest = { owner: 'webhook', findLinks: '/srv/wheels' }
    const given = pythonVenv(path, { ...rest, packages: ['greeting==1.0'] })
    expect(await on.apply(given, given)).toEqual([['install greeting==1.0 (1.2 is installed)'], []])
    await expect(
      on.apply(pythonVenv(path, { ...rest, packages: ['nothing-of-that-name'] })),
    ).rejects.toMatchObject({
      code: 'action-failed',
      detail: expect.stringContaining('No matching distribution found for nothing-of-that-name'),
    })
    expect(await version()).toBe('1.0')
  }, 60_000)

  test('a file with the byte order mark of UTF-8 is read as pip reads it, and one in UTF-16 is named', async () => {
    await requirements('\ufeffgreeting==1.1\r\n')
    expect(await on.apply(venv(), venv())).toEqual([
      ['install greeting==1.1 (1.0 is installed)'],
      [],
    ])
    await requirements('\ufeffgreeting==1.2 ; python_version > "3"\r\n')
    expect(await on.apply(venv(), venv())).toEqual([
      [expect.stringMatching(/^install greeting==1\.2 /)],
      [],
    ])
    await host().mustRun(`printf 'greeting==1.2\\n' | iconv -t utf-16 >/srv/app/requirements.txt`)
    expect(await on.plan(venv())).toMatchObject({
      is: 'unknown',
      reason: expect.stringContaining('are written in UTF-16'),
    })
  }, 60_000)

  test('reading changes nothing, also where pip is asked', async () => {
    await requirements('greeting==1.2 ; python_version > "3"\n')
    const listing = (): Promise<string> =>
      host().mustRun(
        'find /srv /var/lib/webhook /tmp /root -xdev -printf "%p %i %m %u %s %T@ %C@\\n" | grep -v "^/tmp "',
      )
    const before = await listing()
    expect(await on.plan(venv())).toMatchObject({ is: 'fine' })
    expect(await listing()).toBe(before)
  }, 60_000)

  test('without the package the remedy is shown, and nothing incomplete is left', async () => {
    await host().mustRun('mv /usr/lib/python3.11/ensurepip /root/')
    await expect(on.apply(pythonVenv('/srv/other'))).rejects.toMatchObject({
      message: 'python3 has no module venv',
      remedy: expect.stringContaining('python3-venv'),
    })
    await host().mustRun('mv /root/ensurepip /usr/lib/python3.11/; test -z "$(ls -A /srv/other)"')
    await host().mustRun(`touch ${path}/app.py`)
    expect(await on.plan(venv({ state: 'absent' }))).toMatchObject({
      is: 'blocked',
      reason: expect.stringContaining('app.py'),
    })
    await host().mustRun(`rm ${path}/app.py`)
    expect(await on.apply(venv({ state: 'absent' }), venv({ state: 'absent' }))).toEqual([
      ['remove the virtual environment'],
      [],
    ])
  }, 60_000)
})
