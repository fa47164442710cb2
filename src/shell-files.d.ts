/** A shell file, `x.sh` beside the module: its text as it travels. The build makes it. */
declare module '*.sh.js' {
  const text: string
  export default text
}
