/**
 * Stands in the deployed Worker for the package `long`, which protobufjs takes along if it can: 64-bit integers are
 * bigint here, and what is not there need not be loaded. protobufjs looks for this member, and does without the class.
 */
export const isLong = null
