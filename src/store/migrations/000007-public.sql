-- What the public side adds to the record.

-- 索引号 of what was published: one number per notice that the website carries, gapless per Beijing year (wording §1). Its own
-- row, not a column of the notice: a notice is immutable once disseminated (DESIGN L5), and its first word does not wait for this.
create table index_number (
  year smallint not null,
  number integer not null check (number > 0),
  notice_id text not null unique references notice (id),
  primary key (year, number)
);

-- Numbers what is due, in the order of issue. A function, so that what it reads is read after the lock is held: two nodes
-- never allot at once, and what fails takes its numbers back with it.
create function allot_index_numbers() returns void language plpgsql as $$
begin
  perform pg_advisory_xact_lock(hashtext('index_number'));
  insert into index_number (year, number, notice_id)
    select d.year,
      coalesce((select max(i.number) from index_number i where i.year = d.year), 0)
        + row_number() over (partition by d.year order by d.issued_at, d.id),
      d.id
    from (
      select n.id, n.issued_at, extract(year from n.issued_at at time zone 'Asia/Shanghai')::smallint as year
      from notice n
      where n.class = 'actual' and exists (select from page where path = '/n/' || n.code)
        and not exists (select from index_number i where i.notice_id = n.id)
    ) d;
end $$;

grant select, insert on index_number to quakedesk_app;
