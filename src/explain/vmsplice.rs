//! vmsplice(2): a task's own pages in a pipe, and bytes copied out of one.

use crate::abi::Errno;
use crate::order::Call;
use crate::trace::Explanation;
use crate::world::World;
use crate::world::channel::End;
use crate::world::kind::Kind;
use crate::world::task::Task;

use super::context::CallContext;
use super::{Rule, foretold, moves, pages, wording};

pub(super) const RULES: &[Rule] = &[needs_a_pipe, no_free_page, nothing_there, put_in, copied_out];

const PAGE: &str = "vmsplice(2)";

/// The end that the call is about, and its buffers if it brings some.
fn given<'a>(context: &CallContext<'a>) -> Option<(&'a End, usize)> {
    if let Call::Vmsplice { data, .. } = &context.call.call { Some((context.end?, data.len())) } else { None }
}

fn taken_from<'a>(context: &CallContext<'a>) -> Option<&'a End> {
    context.end.filter(|_| matches!(context.call.call, Call::VmspliceOut { .. }))
}

/// EBADF of a descriptor that is open.
fn needs_a_pipe(context: &CallContext<'_>) -> Option<Explanation> {
    let end = given(context).map(|given| given.0).or_else(|| taken_from(context))?;
    if context.errno() != Errno::EBADF || end.kind.is_pipe() {
        return None;
    }
    let text = format!(
        "vmsplice gives pages to a pipe, or copies out of one, and {} is a socket: of any descriptor but a pipe's it says EBADF, \
         though the descriptor is open.",
        end.label()
    );
    Some(wording::explanation(end, "pages-need-a-pipe", PAGE, text))
}

/// EAGAIN of a call that brings something.
fn no_free_page(context: &CallContext<'_>) -> Option<Explanation> {
    let (end, _) = given(context).filter(|_| context.ret() < 0 && context.errno() == Errno::EAGAIN)?;
    let text = format!(
        "{} vmsplice needs a free page, however few bytes it brings, and fails with EAGAIN instead of sleeping because of \
         SPLICE_F_NONBLOCK. O_NONBLOCK of the pipe is nothing to it.",
        pages::in_use(context.world, context.peer()?)
    );
    Some(wording::explanation(end, "no-page-is-free", PAGE, text))
}

/// EAGAIN of a call that copies out.
fn nothing_there(context: &CallContext<'_>) -> Option<Explanation> {
    let end = taken_from(context).filter(|_| context.ret() < 0 && context.errno() == Errno::EAGAIN)?;
    let text = format!(
        "{}, so vmsplice fails with EAGAIN instead of sleeping: SPLICE_F_NONBLOCK asks for that. O_NONBLOCK of the pipe is nothing to it.",
        wording::capital(&moves::what_lacks(context.world, Some(end), None)),
    );
    Some(wording::explanation(end, "nothing-to-move", PAGE, text))
}

/// Pages went in.
fn put_in(context: &CallContext<'_>) -> Option<Explanation> {
    let (end, buffers) = given(context).filter(|_| context.ret() > 0)?;
    let (went, offered) = (u64::try_from(context.ret()).unwrap_or(0), context.call.call.offered().unwrap_or(0));
    let (put, short) = if went < offered {
        let rest =
            "The rest found no page: each buffer takes one at least, and vmsplice sleeps for the first one alone.";
        (format!("{went} of {}", wording::count(offered, "byte")), format!(" {rest}"))
    } else {
        (wording::count(went, "byte"), String::new())
    };
    let no_packet = if end.kind == Kind::PacketPipe {
        " They are no packet, although the pipe was made with O_DIRECT: a read takes them together with the packet behind them."
    } else {
        ""
    };
    let text = format!(
        "vmsplice put {put}, from {}, in the pipe behind {} and copied none: the pipe shares the pages with {}, who must not change \
         them before they are read.{short}{no_packet}",
        wording::count(buffers as u64, "buffer"),
        end.label(),
        context.who(),
    );
    let read = context.peer().and_then(|there| foretold::next_bytes(context.world, there));
    Some(wording::explanation(end, "pages-given-to-the-pipe", PAGE, text).foretelling(read))
}

/// Bytes came out.
fn copied_out(context: &CallContext<'_>) -> Option<Explanation> {
    let end = taken_from(context).filter(|_| context.ret() > 0)?;
    let packets = if end.kind == Kind::PacketPipe {
        " The borders of packets are nothing to it: it fills its buffers from several, and what it leaves of one waits still."
    } else {
        ""
    };
    let text = format!(
        "At a reading end vmsplice gives no pages away: it copied {} out of {}, as a readv would.{packets}",
        wording::count(u64::try_from(context.ret()).unwrap_or(0), "byte"),
        end.label(),
    );
    Some(wording::explanation(end, "copied-out-of-the-pipe", PAGE, text))
}

/// A call that sleeps until a page is free.
pub(super) fn asleep(world: &World, task: &Task, end: &End) -> Option<Explanation> {
    let peer = end.peer.and_then(|peer| world.end(peer))?;
    let text = format!(
        "{} is asleep in vmsplice({}). {} A read that empties a page wakes it: it then puts in what fits, and returns. Only \
         SPLICE_F_NONBLOCK keeps it from sleeping, not O_NONBLOCK of the pipe. {}.",
        task.name,
        end.label(),
        pages::in_use(world, peer),
        wording::capital(&wording::who_holds(world, peer)),
    );
    let taken = foretold::taking_wakes(world, task, peer);
    Some(wording::explanation(task, "asleep-without-a-page", PAGE, text).foretelling(taken))
}
