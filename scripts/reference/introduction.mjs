// What docs/resources.md says besides what the code says: the order of its chapters, and the
// introduction.

/** Chapters in their order; others follow by name. */
export const chapters = [
  'Plays and tasks',
  'Files',
  'Packages',
  'Users and rights',
  'Services',
  'Code',
  'Databases',
  'GitHub',
  'System',
  'Commands and checks',
  'Reads',
  'Values',
]

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
- **An address** is \`type[id]\`, such as \`file[/etc/app.conf]\`; the id comes from the first argument. Where a host has only one, it is \`type\`. Two resources of one address are one, at the first place, when their options are equal, else an error that names both places. What functions make of a
  value (\`.map(…)\`, functions among \`vars\`) is compared as soon as it is known: when no host has been touched if files of the project suffice, else at the resource's turn. Triggers are compared by their address.
- **\`Value<T>\`** is a \`T\` or a \`Later<T>\`: a value that only the host knows, read together with the facts of the resource that uses it. Such values are ${laters};
  \`.map(change)\` makes another of one, \`\` secret\`…\` \`\` joins several. Until the host has it, what depends on it reads *known after apply*.
- **A \`Secret\`** cannot be printed, joined to a string or written to a log. It comes from \`env.secret\`, \`secret\` or \`generatedSecret\`.`
