// The Issues view: what the branch is about.
import type { IssueState } from '@jumpseat/native';

import { grouped, kept } from './kept';
import type { Place } from './place';
import { web } from './review';
import type { Row } from './row';
import { line } from './safe';
import type { Is, SharedPanels } from './shared';
import { ago, count } from './words';

type Issue = Is<'issue'>;
type IssueComment = Is<'issue_comment'>;

export const ISSUES: Record<IssueState, { word: string; icon: string }> = {
    open: { word: 'open', icon: 'issues' },
    closed: { word: 'closed', icon: 'pass' },
    not_planned: { word: 'not planned', icon: 'circle-slash' },
};

export function issueRows(panels: SharedPanels, now: number): Row[] {
    return panels.entries('issue', 'issue').map(([key, issue]) => {
        const state = ISSUES[issue.state] ?? ISSUES.open;
        const said = commentsOf(panels, issue);
        const place: Place = { view: 'issue', key, name: `${issue.number} ${line(issue.title, 60)}.md` };
        const labels = issue.labels.map(({ name }) => line(name)).join(', ');
        return {
            id: key,
            label: `#${issue.number} ${line(issue.title)}`,
            icon: state.icon,
            description: [state.word, labels, said.length > 0 && count(said.length, 'comment')]
                .filter(Boolean)
                .join(' · '),
            tooltip: [
                `${line(issue.repository)} #${issue.number} by ${line(issue.author)}`,
                issue.assignees.length > 0 && `For ${issue.assignees.map((name) => line(name)).join(', ')}`,
                issue.milestone && `Planned for ${line(issue.milestone)}`,
                issue.link === 'closes' ? 'The request closes it.' : 'The branch is named after it.',
            ]
                .filter(Boolean)
                .join('\n'),
            open: { is: 'page', place },
            ...web(issue.web, 'page'),
            collapsed: true,
            ...(said.length > 0
                ? {
                      rows: said.map(([id, comment]): Row => ({
                          id,
                          label: line(comment.author, 40),
                          description: line(comment.body.text, 120),
                          icon: 'comment',
                          open: { is: 'page', place },
                          tooltip: `${line(comment.author)}, ${ago(comment.at, now)}\n\n${line(comment.body.text, 1000)}`,
                          ...web(comment.web, 'comment'),
                      })),
                  }
                : {}),
        };
    });
}

const said = kept('issue', (panels) => {
    const all = panels.entries('issue', 'issue_comment').sort(([, one], [, other]) => one.at - other.at);
    return grouped(all, ([, { repository, issue }]) => `${repository}#${issue}`);
});

export function commentsOf(panels: SharedPanels, { number, repository }: Issue): [string, IssueComment][] {
    return said(panels).get(`${repository}#${number}`) ?? [];
}
