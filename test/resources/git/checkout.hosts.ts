import { gitCheckout } from '../../../src/resources/git/checkout.js'
import type { HostCase } from '../../../src/testing/host-case.js'

export const image = 'stack'

const tree = '/srv/code'
const asDeploy = (script: string): string => `runuser -u deploy -- sh -euc '${script}'`
/** Makes a commit upstream. */
const push = (text: string): string =>
  asDeploy(`cd /srv/work
    echo ${text} >app.py; git add .
    git -c user.name=a -c user.email=a@b commit --quiet -m ${text}
    git push --quiet origin HEAD:main`)

/** Objects, the index and what git remembers of the remote may stay. */
const inGit = { leaves: [`${tree}/.git`] }

export const hostCases: readonly HostCase[] = [
  {
    name: 'a branch of a repository on the host',
    before: `
      install -d -o deploy /srv/upstream /srv/work
      ${asDeploy('git init --quiet --bare -b main /srv/upstream; git init --quiet -b main /srv/work; cd /srv/work; git remote add origin /srv/upstream')}
      ${push('one')}`,
    resource: () =>
      gitCheckout(tree, {
        repo: '/srv/upstream',
        ref: 'main',
        owner: 'deploy',
        clean: { untracked: true },
      }),
    changes: [/^clone \/srv\/upstream at [0-9a-f]{7} \(main\)$/],
    drifts: [
      {
        by: asDeploy(`echo mine >${tree}/app.py`),
        changes: ['discard changes of 1 file: app.py'],
        also: [`${tree}/.git`],
        undo: inGit,
      },
      {
        by: asDeploy(`touch ${tree}/junk`),
        changes: ['remove 1 untracked file: junk'],
        also: [`${tree}/.git`],
        undo: { cannot: 'untracked files are not kept' },
      },
      { by: `chown -R root ${tree}`, changes: ['owner root → deploy'] },
      {
        by: push('two'),
        changes: [/^[0-9a-f]{7} → [0-9a-f]{7} \(main\), then remove what is untracked$/],
        also: [tree],
        undo: inGit,
      },
    ],
    errors: [
      {
        by: 'mv /srv/upstream /srv/aside',
        says: /does not appear to be a git repository/,
        after: 'mv /srv/aside /srv/upstream',
      },
      {
        by: `${push('three')}; chattr +i ${tree}/app.py`,
        says: /unable to unlink old 'app\.py'/,
        after: `chattr -i ${tree}/app.py`,
        except: [`${tree}/.git`],
      },
    ],
  },
]
