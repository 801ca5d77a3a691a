import { UserAttribution } from '../../../proto/enums.ts'

/** The user who is logged in to the simulated OpenD, and its version. */

/** A Futu id in the range of real ids. */
export const LOGIN_USER_ID = 10_086_001n

/** Major * 100 + minor of the API whose schema this is: 10.11. */
export const SERVER_VERSION = 1011

/** Last part of the API's version number, 10.11.7108. */
export const SERVER_BUILD = 7108

/** Region in which the account was opened. */
export const USER_ATTRIBUTION = UserAttribution.HK

/** Name of the user in the app. */
export const NICK_NAME = 'Simulator'
