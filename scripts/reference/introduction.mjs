// The parts of docs/resources.md that are not in the code: the order, Ansible's terms, the
// introduction.

/** The chapters, and what Ansible has for each thing. */
export const chapters = {
  'Plays and tasks': { play: 'a play', task: 'a task file or role' },
  Files: {
    file: '`copy`, `template`, `file`',
    directory: '`file` with `state: directory`',
    symlink: '`file` with `state: link`',
    absent: '`file` with `state: absent`',
  },
  Packages: { 'apt.packages': '`apt`', 'python.venv': '`pip` with `virtualenv`' },
  'Users and rights': { group: '`group`', user: '`user`', sudoers: '`community.general.sudoers`' },
  Services: {
    'systemd.unit': '`template`, then `systemd_service` with `daemon_reload`',
    'systemd.service': '`systemd_service`, and handlers that restart',
  },
  Code: {
    'git.checkout': '`git`',
    sshKey: '`community.crypto.openssh_keypair`',
    knownHost: '`known_hosts`',
  },
  Databases: {
    'mysql.database': '`community.mysql.mysql_db`',
    'mysql.user': '`community.mysql.mysql_user`',
  },
  GitHub: {
    'github.webhook': '`community.general.github_webhook`',
    'github.deployKey': '`community.general.github_deploy_key`',
  },
  'Commands and checks': { command: '`command`, `shell`', 'check.http': '`uri` with `until`' },
  Values: {
    env: "`lookup('env', …)`",
    'env.secret': 'Vault, `no_log`',
    'env.optional': '',
    secret: '',
    secretSource: "`lookup('file', …)`",
    generatedSecret: "`lookup('password', …)`, on the host",
    uri: '`urlencode`',
    json: '`to_json`',
  },
}

/**
 * The text above the chapters.
 * @param laters the values that only a host knows, as a sentence names them
 */
export const introduction = (
  laters,
) => `Everything here is imported from \`fettle\`; the [README](../README.md#what-you-write) shows how it comes together. A task returns resources, in the order in which they are
applied; each says how one thing on a host should be. Besides its own options it takes [those of every resource](#options-of-every-resource).

- **Left out means not managed.** Defaults are for making a new thing; of an existing one, what you leave out stays as it is. Where the column *default* is empty,
  leaving the option out asks for nothing. Lists add to what is there, unless the option, or an \`exact…\` one beside it, says that they are the whole.
- **Mistakes are found before anything connects**: an option that does not exist, a value that it cannot have, two that exclude each other.
- **Paths** on a host are absolute; \`source\` is relative to the project's directory, \`template\` to its \`templates/\`. Both stay in the project, wherever links lead. What lies elsewhere is read where
  the project's \`package.json\` names its folder, once for all: \`"fettle": { "sources": ["../app"] }\`; then \`source: '../app/nginx.conf'\`, and links into it, are fine.
- **An address** is \`type[id]\`, such as \`file[/etc/app.conf]\`; the id comes from the first argument. Two resources of one address are one, at the first place, when their options are equal, else an error that names both places. What functions make of a
  value (\`.map(…)\`, functions among \`vars\`) is compared as soon as it is known: when no host has been touched if files of the project suffice, else at the resource's turn. Triggers are compared by their address.
- **\`Value<T>\`** is a \`T\` or a \`Later<T>\`: a value that only the host knows, read together with the facts of the resource that uses it. Such values are ${laters};
  \`.map(change)\` makes another of one, \`\` secret\`…\` \`\` joins several. Until the host has it, what depends on it reads *known after apply*.
- **A \`Secret\`** cannot be printed, joined to a string or written to a log. It comes from \`env.secret\`, \`secret\` or \`generatedSecret\`.`
