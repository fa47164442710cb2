import { sshKey } from '../../../../src/resources/accounts/ssh-key.js'
import { user } from '../../../../src/resources/accounts/user.js'
import { directory } from '../../../../src/resources/files/directory.js'
import { file } from '../../../../src/resources/files/file.js'
import { gitCheckout, type GitCheckoutOptions } from '../../../../src/resources/git/checkout.js'
import { githubDeployKey } from '../../../../src/resources/github/deploy-key.js'
import { githubWebhook } from '../../../../src/resources/github/webhook.js'
import { pythonVenv, type PythonVenvOptions } from '../../../../src/resources/python/venv.js'
import { Secret } from '../../../../src/core/secret.js'
import { wheels } from '../../../resources/python/wheels.js'
import { playAs, type PlanApplyCase } from '../case.js'

const asDeploy = (script: string): string => `runuser -u deploy -- sh -euc '${script}'`
const upstream = `
  git config --system --add safe.directory '*'
  install -d -o deploy /srv/upstream /srv/work
  ${asDeploy(`git init --quiet --bare -b main /srv/upstream; git init --quiet -b main /srv/work; cd /srv/work
    git remote add origin /srv/upstream
    git config user.name a; git config user.email a@example.org
    echo one >app.py; git add .; git commit --quiet -m one; git tag v1; git push --quiet origin main v1
    echo greeting==1.0 >requirements.txt; git add .; git commit --quiet -m two; git push --quiet origin HEAD:next`)}`

const made = 'install -d -o deploy PATH'
const clone = `${made}; ${asDeploy('git clone --quiet -b main /srv/upstream PATH')}`

const checkouts: readonly (readonly [
  what: string,
  before: string,
  options?: Partial<GitCheckoutOptions>,
])[] = [
  ['that is new', made],
  ['that is new, without a directory', ':'],
  ['at a tag', made, { ref: 'v1' }],
  ['of a repository that is missing', made, { repo: '/srv/no-upstream' }],
  ['of a branch that is missing', made, { ref: 'never' }],
  ['of a host that is not reached', made, { repo: 'ssh://git@127.0.0.1:9/x.git' }],
  ['as it is', clone],
  ['of another branch', clone, { ref: 'next' }],
  ['with changes', `${clone}; echo mine >PATH/app.py`],
  ['with changes to discard', `${clone}; echo mine >PATH/app.py`, { clean: { untracked: true } }],
  [
    'with a file of the commit',
    `${clone}; ${asDeploy('echo mine >PATH/requirements.txt')}`,
    { ref: 'next' },
  ],
  [
    'with a file of the commit, to discard',
    `${clone}; ${asDeploy('echo mine >PATH/requirements.txt')}`,
    { ref: 'next', clean: { untracked: true } },
  ],
  [
    'with a commit of its own',
    `${clone}; ${asDeploy('cd PATH; git -c user.name=a -c user.email=a@b commit -q --allow-empty -m own')}`,
    { ref: 'next' },
  ],
  ['in a directory with something else', `${made}; touch PATH/x`],
  ['in the place of a file', 'touch PATH'],
  ['in a link', `${made}.real; ln -s PATH.real PATH`],
  ['of another owner', clone, { owner: 'admin' }],
  ['of an owner who is missing', ':', { owner: 'missing' }],
  ['of an owner who may not write there', ':', { owner: 'deploy' }],
  ['with a key that is missing', made, { key: '/srv/none/key' }],
  ['with a lock', `${made}; mkdir PATH.locks`, { lock: '/srv/none/lock' }],
  ['with a file that cannot be changed', `${clone}; chattr +i PATH/app.py`, { ref: 'next' }],
  [
    'with another repository before',
    `git init -q PATH; git -C PATH remote add origin /srv/elsewhere`,
  ],
]

const wheelsAndVenv = `${wheels}
  python3 -m venv /srv/venv-made`

const madeVenv = 'cp -a /srv/venv-made PATH'
const findLinks = '/srv/wheels'

const venvs: readonly (readonly [what: string, before: string, options?: PythonVenvOptions])[] = [
  ['that is new', ':'],
  ['that is there', madeVenv],
  ['with a package', madeVenv, { findLinks, packages: ['greeting==1.0'] }],
  ['with a package that is missing', madeVenv, { findLinks, packages: ['nowhere'] }],
  ['with a version that is missing', madeVenv, { findLinks, packages: ['greeting==3'] }],
  [
    'with packages in a missing directory',
    madeVenv,
    { findLinks: '/srv/none', packages: ['greeting'] },
  ],
  ['with requirements that are missing', ':', { requirements: '/srv/none/requirements.txt' }],
  ['with a python that is missing', ':', { python: 'python3.2' }],
  ['with another python', madeVenv, { python: '/usr/bin/python3' }],
  ['in a missing directory', ':', {}],
  ['in the place of a file', 'touch PATH'],
  ['in the place of something else', 'mkdir PATH; touch PATH/x'],
  ['of an owner who is missing', ':', { owner: 'missing' }],
  ['of another owner', madeVenv, { owner: 'deploy' }],
  ['that is to go', madeVenv, { state: 'absent' }],
  ['that is to go with more', `${madeVenv}; touch PATH/mine`, { state: 'absent' }],
  ['that is new, with a package', ':', { findLinks, packages: ['greeting>1'] }],
  ['that is new, with a package that is missing', ':', { findLinks, packages: ['nowhere'] }],
  [
    'of an owner, that is new, with a version that is missing',
    'install -d -o deploy PATH',
    { findLinks, packages: ['greeting<1'], owner: 'deploy' },
  ],
]

const secret = new Secret('a secret of the hook')
const hook = { url: 'http://127.0.0.1:9/hook', secret, prove: false } as const
const publicKey = `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${'B'.repeat(43)}`

const onGithub: readonly PlanApplyCase[] = [
  {
    name: 'GitHub',
    run: () => [
      githubDeployKey('acme/demo', { title: 'web', key: publicKey }),
      githubWebhook('acme/demo', hook),
      githubDeployKey('acme/none', { title: 'web', key: publicKey, ignoreFailure: true }),
      githubWebhook('acme/none', { ...hook, ignoreFailure: true }),
    ],
  },
  {
    name: 'GitHub, as it is',
    run: () => [
      githubDeployKey('acme/demo', { title: 'web', key: publicKey }),
      githubWebhook('acme/demo', hook),
    ],
  },
  {
    name: 'GitHub, changed',
    run: () => [
      githubDeployKey('acme/demo', { title: 'app', key: publicKey }),
      githubWebhook('acme/demo', { ...hook, events: ['push', 'release'] }),
    ],
  },
  {
    name: 'GitHub, where nothing may be changed',
    run: () =>
      ['acme/archived', 'acme/foreign'].flatMap((repo) => [
        githubDeployKey(repo, { title: 'web', key: publicKey, ignoreFailure: true }),
        githubWebhook(repo, { ...hook, ignoreFailure: true }),
      ]),
  },
  {
    name: 'a key of another repository on GitHub',
    run: () => [githubDeployKey('acme/other', { title: 'web', key: publicKey })],
  },
  {
    name: 'a new key on GitHub',
    run: () => [
      directory('/srv/github'),
      sshKey('/srv/github/key'),
      githubDeployKey('acme/demo', { title: 'host', key: sshKey('/srv/github/key').publicKey }),
    ],
  },
  {
    name: 'GitHub without it',
    run: () => [
      githubDeployKey('acme/demo', { key: publicKey, state: 'absent' }),
      githubWebhook('acme/demo', { ...hook, state: 'absent' }),
    ],
  },
]

const chains: readonly PlanApplyCase[] = [
  {
    name: 'an app of a new user’s',
    run: () => [
      user('app', { home: '/srv/app-home' }),
      gitCheckout('/srv/app-home/code', { repo: '/srv/upstream', ref: 'next', owner: 'app' }),
      file('/srv/app-home/code/.env', { content: 'a=b\n' }),
    ],
  },
  {
    name: 'an app with requirements of its own',
    before: 'install -d -o deploy /srv/tool-home',
    run: () => [
      gitCheckout('/srv/tool-home/code', { repo: '/srv/upstream', ref: 'next', owner: 'deploy' }),
      pythonVenv('/srv/tool-home/venv', {
        findLinks,
        requirements: '/srv/tool-home/code/requirements.txt',
      }),
    ],
  },
  {
    name: 'a directory for a checkout and an environment',
    run: () => [
      directory('/srv/deep-code/code', { owner: 'deploy' }),
      gitCheckout('/srv/deep-code/code', { repo: '/srv/upstream', ref: 'main', owner: 'deploy' }),
      directory('/srv/deep-code/venv', { owner: 'deploy' }),
      pythonVenv('/srv/deep-code/venv', {
        owner: 'deploy',
        findLinks,
        packages: ['greeting==1.0'],
      }),
      file('/srv/deep-code/code/local', { content: 'x' }),
    ],
  },
  {
    name: 'a checkout of a play of deploy’s',
    run: () => [
      playAs(true, directory('/srv/mine', { owner: 'deploy' })),
      playAs(
        'deploy',
        gitCheckout('/srv/mine/code', { repo: '/srv/upstream', ref: 'main' }),
        file('/srv/mine/code/local', { content: 'x' }),
      ),
    ],
  },
]

export const codeCases: readonly PlanApplyCase[] = [
  { name: 'a repository', before: upstream, run: () => [directory('/srv/upstream')] },
  { name: 'wheels', before: wheelsAndVenv, run: () => [directory('/srv/wheels')] },
  ...checkouts.map(([what, before, options], index) => {
    const path = `/srv/checkout${String(index)}`
    return {
      name: `a checkout ${what}`,
      before: before.replaceAll('PATH', path),
      run: () => [gitCheckout(path, { repo: '/srv/upstream', ref: 'main', ...options })],
      after: `chattr -R -i ${path} 2>/dev/null || :`,
    }
  }),
  ...venvs.map(([what, before, options], index) => {
    const path = what === 'in a missing directory' ? '/srv/none/venv' : `/srv/venv${String(index)}`
    return {
      name: `an environment ${what}`,
      before: before.replaceAll('PATH', path),
      run: () => [pythonVenv(path, options ?? {})],
    }
  }),
  ...chains,
  ...onGithub,
]
