// Where a path of the workspace is shared: findings and threads name files by it, documents show versions of them.
import { versionOf } from './changes';
import { grouped, kept } from './kept';
import type { Place, VersionName } from './place';
import type { SharedPanels } from './shared';

const filesByPath = kept('git', (panels) => {
    const tops = new Map(
        panels.entries('git', 'repository').map(([, repository]) => [repository.number, repository.path]),
    );
    const files = [...panels.entries('git', 'file'), ...panels.entries('git', 'branch_file')].map(([, file]) => file);
    return grouped(files, (file) => {
        const top = tops.get(file.repository);
        return top ? `${top}/${file.path}` : file.path;
    });
});

/** The document of a file, the first of these versions that can be opened. */
export function located(
    panels: SharedPanels,
    path: string,
    versions: readonly VersionName[],
): Extract<Place, { view: 'changes' }> | undefined {
    const fitting = filesByPath(panels).get(path) ?? [];
    for (const version of versions) {
        const file = fitting.find((one) => versionOf(one, version)?.content);
        if (file) return { view: 'changes', repository: file.repository, version, path: file.path };
    }
    return undefined;
}
