import { apt, directory, file, group, task, user } from 'fettle'
import { namesOf } from './names.js'
import type { AppVars } from './vars.js'

/**
 * The account that receives hooks. Its groups let it read the app's folder and restart the app's
 * service.
 */
export const hookUser = (vars: AppVars) => {
  const names = namesOf(vars)
  return user(names.hookUser, {
    system: true,
    home: names.hookHome,
    createHome: true,
    shell: '/usr/sbin/nologin',
    groups: [names.group, names.hookGroup],
  })
}

export default task<AppVars>('Packages and accounts', ({ vars }) => {
  const names = namesOf(vars)
  return [
    apt.packages(
      [
        'mariadb-server',
        'python3-venv',
        'git',
        'openssh-client',
        'curl',
        'sudo',
        'webhook',
        ...vars.debian_packages,
      ],
      { updateCache: { maxAge: 86_400 } },
    ),
    group(names.group, { system: true }),
    // An account that the inventory names is somebody's own: it must be there, and stays as it is.
    vars.app_user === undefined
      ? user(names.user, {
          system: true,
          group: names.group,
          home: names.home,
          createHome: false,
          shell: '/usr/sbin/nologin',
        })
      : user(names.user),
    group(names.hookGroup, { system: true }),
    hookUser(vars),
    directory(names.hookHome, { owner: names.hookUser, group: names.hookUser, mode: '0700' }),
    directory(names.home, { owner: 'root', group: names.group, mode: '0750' }),
    directory(`/etc/${vars.app}`, { owner: 'root', group: 'root', mode: '0755' }),
    file(names.deployLock, {
      content: '',
      owner: names.hookUser,
      group: names.hookUser,
      mode: '0600',
    }),
  ]
})
