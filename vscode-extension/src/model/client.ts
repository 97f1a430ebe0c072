// What this program takes of the native module. The types of its commands and events are the module's own.
import type * as native from '@jumpseat/native';

export type Native = Pick<typeof native, 'host' | 'join' | 'offers' | 'readLink' | 'seen' | 'version'>;

/** What every rejection of the native module carries. */
export type Fault = Pick<native.JumpseatError, 'kind' | 'message' | 'hint'>;

/** What of a terminal's past its guests see. */
export type StartFrom = { from: 'start' } | { from: 'now' } | { from: 'block'; block: number };
