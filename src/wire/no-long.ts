/**
 * Replaces the package `long` in the deployed Worker, because 64-bit integers are bigint here. protobufjs loads `long`
 * if it is available; it checks this member and then works without the class.
 */
export const isLong = null
