// Rows as the native module makes them, for tests. Their words are tested where they are made.
import type { Row, Span } from '@jumpseat/native';

export const NOW = Date.UTC(2026, 10, 21, 12);

export const span = (text: string): Span => ({ text });

export const row = (id: string, rest: Partial<Row> = {}): Row => ({ id, label: [], ...rest });
