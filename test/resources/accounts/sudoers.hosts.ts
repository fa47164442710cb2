import { sudoers } from '../../../src/resources/accounts/sudoers.js'
import type { HostCase } from '../../../src/testing/host-case.js'

const path = '/etc/sudoers.d/ops'
const made = 'create file: 0440 root:root, 108 bytes'

export const hostCases: readonly HostCase[] = [
  {
    name: 'the rights of an account',
    resource: () =>
      sudoers('ops', {
        rules: [{ user: 'deploy', nopasswd: true, commands: ['/usr/bin/systemctl restart app'] }],
      }),
    changes: [made],
    drifts: [
      { by: `echo '# ' >>${path}`, changes: ['content changed'] },
      { by: `chmod 0444 ${path}`, changes: ['mode 0444 → 0440'] },
      { by: `chown deploy:users ${path}`, changes: ['owner deploy → root', 'group users → root'] },
      { by: `rm ${path}`, changes: [made] },
    ],
    errors: [
      {
        by: `rm ${path}; chattr +i /etc/sudoers.d`,
        says: /root may not write to \/etc\/sudoers.d/,
        after: 'chattr -i /etc/sudoers.d',
      },
    ],
  },
  {
    name: 'rights that are to go',
    before: 'echo "# none" >/etc/sudoers.d/former',
    resource: () => sudoers('former', { state: 'absent' }),
    changes: ['remove file'],
    errors: [
      {
        by: 'echo "# none" >/etc/sudoers.d/former; chattr +i /etc/sudoers.d/former',
        says: /former is immutable/,
        after: 'chattr -i /etc/sudoers.d/former',
      },
    ],
  },
]
