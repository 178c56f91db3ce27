"""What every SearchBackend must do with what is written into it, and how it is made anew."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from archive.errors import IndexUnusable, SearchUnavailable
from search.backend import Contents, SearchBackend
from search.documents import make_documents
from search.find import ask
from tests.contracts.search_filling import documents, draft_more, fill, found, rebuild, remove, switch, write
from tests.search.readings import make_passage, make_reading, make_stream

OpenEngine = Callable[[], SearchBackend]
"""Opens the same indexes once more, as another process would."""


class SearchWrites:
    """Tests that take the fixtures `backend` and `engine`: batches, drafts beside the live index, purges."""

    # --- Writing --------------------------------------------------------------------------------------------

    def test_replaces_all_documents_of_a_testimony(self, backend: SearchBackend) -> None:
        fill(backend, [make_reading("a", "rain", "snow"), make_reading("b", "rain")])
        with backend.writing("public") as batch:
            batch.replace(documents(make_reading("a", "fog")), written=["a", "a.1", "a.2"])
        assert found(backend, "rain OR snow") == ["b"]
        assert found(backend, "fog") == ["a"]
        assert sorted(found(backend, "rain", index="staff")) == ["a", "b"]
        assert backend.ids("public") == {"a", "a.1", "b", "b.1"}
        held = Contents.of(backend.ids("public"), backend.changes("public"))
        assert held == Contents.of(["b.1", "b", "a.1", "a"], {"a": 0, "b": 0})
        assert held != Contents.of(["b.1", "b", "a.1", "a"], {"a": 0, "b": 1})
        assert held.count == 4

    def test_knows_the_change_that_each_testimony_was_made_from(self, backend: SearchBackend) -> None:
        fill(backend, [make_reading("a", "rain"), make_reading("b", "rain")])
        with backend.writing("public") as batch:
            batch.replace(make_documents(make_reading("a", "fog"), added=1, change=7))
            batch.remove("b")
        assert backend.changes("public") == {"a": 7}
        assert backend.changes("staff") == {"a": 0, "b": 0}

    def test_removes_all_documents_of_a_testimony(self, backend: SearchBackend) -> None:
        fill(backend, [make_reading("a", "rain", "snow"), make_reading("b", "rain")])
        with backend.writing("public") as batch:
            batch.remove("a", written=["a", "a.1", "a.2"])
        assert backend.ids("public") == {"b", "b.1"}
        assert backend.search(ask("")).total == 1

    def test_removing_what_is_not_there_is_nothing(self, backend: SearchBackend) -> None:
        fill(backend, [make_reading("a", "rain")])
        remove(backend, "gone")
        assert found(backend, "rain") == ["a"]

    def test_a_batch_that_raises_has_written_nothing(self, backend: SearchBackend) -> None:
        fill(backend, [make_reading("a", "rain")])

        def struck() -> None:
            with backend.writing("public") as batch:
                batch.remove("a")
                batch.replace(documents(make_reading("b", "rain")))
                raise RuntimeError("lightning")

        with pytest.raises(RuntimeError, match="lightning"):
            struck()
        assert found(backend, "rain") == ["a"]
        remove(backend, "a")
        assert found(backend, "rain") == []

    def test_another_process_sees_commits_and_rebuilds(
        self, backend: SearchBackend, engine: OpenEngine
    ) -> None:
        fill(backend, [make_reading("a", "rain")])
        other = engine()
        assert found(other, "rain") == ["a"]
        write(backend, "public", make_reading("b", "rain"))
        assert sorted(found(other, "rain")) == ["a", "b"]
        rebuild(backend, "public", make_reading("c", "rain"))
        assert found(other, "rain") == ["c"]
        other.close()
        assert found(other, "rain") == ["c"]
        other.close()

    # --- Made anew beside the live one ----------------------------------------------------------------------

    def test_a_draft_is_searched_by_nobody_until_it_is_switched_to(self, backend: SearchBackend) -> None:
        fill(backend, [make_reading("a", "rain")])
        with backend.drafting("public") as draft:
            assert backend.has_draft("public")
            draft_more(draft, make_reading("b", "rain"))
            assert (draft.ids(), draft.changes()) == ({"b", "b.1"}, {"b": 0})
            assert found(backend, "rain") == ["a"]
            write(backend, "public", make_reading("c", "rain"))
            assert sorted(found(backend, "rain")) == ["a", "c"]
            assert draft.ids() == {"b", "b.1"}
            name = draft.name
            assert backend.live("public") != name
            switch(draft)
        assert found(backend, "rain") == ["b"]
        assert backend.live("public") == name
        assert not backend.has_draft("public")

    def test_a_draft_that_was_left_is_gone_on_with(self, backend: SearchBackend, engine: OpenEngine) -> None:
        fill(backend, [make_reading("a", "rain")])

        def struck() -> None:
            with backend.drafting("public") as draft:
                names.append(draft.name)
                draft_more(draft, make_reading("b", "rain"))
                with draft.writing() as batch:
                    batch.replace(documents(make_reading("c", "rain")))
                    raise RuntimeError("lightning")

        names: list[str] = []
        with pytest.raises(RuntimeError, match="lightning"):
            struck()
        assert found(backend, "rain") == ["a"]
        other = engine()
        with other.drafting("public") as draft:
            assert draft.name == names[0]
            assert draft.ids() == {"b", "b.1"}
            draft_more(draft, make_reading("c", "rain"))
            switch(draft)
        other.close()
        assert sorted(found(backend, "rain")) == ["b", "c"]
        with backend.drafting("public") as draft:
            assert draft.ids() == frozenset()
            assert draft.name != names[0]

    def test_a_restarted_draft_has_nothing_and_another_name(self, backend: SearchBackend) -> None:
        rebuild(backend, "public", make_reading("a", "rain"))
        with backend.drafting("public") as draft:
            draft_more(draft, make_reading("b", "rain"))
            before = draft.name
            draft.restart()
            assert draft.name != before
            assert (draft.ids(), draft.changes()) == (frozenset(), {})
            draft_more(draft, make_reading("c", "rain"))
            switch(draft)
        assert found(backend, "rain") == ["c"]

    def test_a_switch_that_was_not_made_has_changed_nothing(self, backend: SearchBackend) -> None:
        rebuild(backend, "public", make_reading("a", "rain"))

        def struck() -> None:
            with backend.drafting("public") as draft:
                draft_more(draft, make_reading("b", "rain"))
                with draft.alone():
                    raise RuntimeError("lightning")

        with pytest.raises(RuntimeError, match="lightning"):
            struck()
        assert found(backend, "rain") == ["a"]
        write(backend, "public", make_reading("c", "rain"))
        assert sorted(found(backend, "rain")) == ["a", "c"]

    def test_one_at_a_time_makes_an_index_anew(self, backend: SearchBackend, engine: OpenEngine) -> None:
        fill(backend)
        other = engine()

        def draft() -> None:
            with other.drafting("public"):
                pass

        with backend.drafting("public"):
            with pytest.raises(SearchUnavailable, match="anew already"):
                draft()
            with other.drafting("staff"):
                pass
        draft()
        other.close()

    @pytest.mark.parametrize("beside", [True, False])
    def test_purging_keeps_what_is_to_be_kept(self, backend: SearchBackend, beside: bool) -> None:
        readings = {f"t{n}": make_reading(f"t{n}", "rain", f"fog {n}") for n in range(8)}
        fill(backend)
        some = list(readings.values())
        with backend.drafting("public") as draft:
            for together in (some[:3], some[3:6], some[6:]):
                draft_more(draft, *together) if beside else write(backend, "public", *together)
            with draft.writing() if beside else backend.writing("public") as batch:
                batch.remove("t1")
                batch.replace(documents(make_reading("t7", "snow")))
            rounds = 0
            while soiled := draft.purge() if beside else backend.purge("public"):
                rounds += 1
                assert rounds < 10
                assert set(soiled) <= set(readings) - {"t1"}
                one = min(soiled)
                again = make_reading("t7", "snow") if one == "t7" else readings[one]
                draft_more(draft, again) if beside else write(backend, "public", again)
            ids = draft.ids() if beside else backend.ids("public")
            kept = {one for n in (0, 2, 3, 4, 5, 6) for one in (f"t{n}", f"t{n}.1", f"t{n}.2")}
            assert ids == kept | {"t7", "t7.1"}
            if beside:
                switch(draft)
        assert sorted(found(backend, "rain")) == ["t0", "t2", "t3", "t4", "t5", "t6"]

    def test_a_missing_index_is_unavailable_and_never_made_by_writing(self, backend: SearchBackend) -> None:
        for use in (
            lambda: backend.search(ask("rain")),
            lambda: backend.check("public"),
            lambda: backend.ids("public"),
            lambda: backend.changes("public"),
            lambda: backend.live("public"),
            lambda: backend.purge("public"),
            lambda: write(backend, "public", make_reading("a", "rain")),
        ):
            with pytest.raises(IndexUnusable):
                use()
        rebuild(backend, "public")
        backend.check("public")
        assert backend.search(ask("rain")).total == 0
        with pytest.raises(IndexUnusable):
            backend.check("staff")

    def test_the_two_indexes_know_nothing_of_each_other(self, backend: SearchBackend) -> None:
        fill(backend)
        public = make_reading("a", "rain")
        passages = [*public.streams[0].passages, make_passage("a.2", "snow")]
        write(backend, "public", public)
        write(backend, "staff", replace(public, streams=(make_stream("s", passages),)))
        assert found(backend, "snow") == []
        assert found(backend, "snow", index="staff") == ["a"]
