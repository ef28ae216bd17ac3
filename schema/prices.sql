-- SPDX-License-Identifier: GPL-2.0-or-later
-- Makes one price of all that is stated of a card in one condition: run by db/evidence.c. A month counts from year 0.
CREATE TEMP TABLE dated_price AS SELECT *, substr(as_of, 1, 4) * 12 + substr(as_of, 6, 2) AS month FROM stated_price;
-- The sources of the twelve months before the newest one, that included.
CREATE TEMP TABLE current_price AS SELECT p.* FROM dated_price p
    JOIN (SELECT card, condition, max(month) AS newest FROM dated_price GROUP BY card, condition) n
    ON n.card = p.card AND n.condition = p.condition AND p.month > n.newest - 12;
-- Of the kinds the one that most sources are of.
INSERT INTO price SELECT card, condition, min(low), max(high), max(as_of),
    (SELECT k.kind FROM current_price k WHERE k.card = c.card AND k.condition = c.condition
        GROUP BY k.kind ORDER BY count(*) DESC, k.kind LIMIT 1),
    count(*), max(month) <= (SELECT max(month) FROM dated_price) - 12
    FROM current_price c GROUP BY card, condition;
