-- What readers of the live stream are told. The journal's row site.shown stands in the transaction that stores a notice's page
-- for the first time; a website that is asked to show it again, by a retry or another node, says nothing twice.
create unique index journal_shown_once on journal (subject) where act = 'site.shown';
