//! The values that a statement's arguments stand for: numbers, bytes, control buffers and addresses.

use super::super::{Refusal, SUN_PATH, who};
use super::Resolver;
use crate::order::{ControlRoom, Payload, SocketAddress};
use crate::script::{Address, Control, Data, EndRef, MAX_DATA, Number};
use crate::trace::TaskId;

/// The most room for ancillary data, in descriptors or bytes.
const MAX_CONTROL: u64 = 65536;

impl Resolver<'_> {
    pub(super) fn own_descriptor(&self, task: TaskId, end: &EndRef) -> Result<i32, Refusal> {
        let task = self.world.task(task).ok_or_else(|| Refusal("the task is gone".to_owned()))?;
        who::descriptor(self.world, self.context, task, end)
    }

    pub(super) fn number(&self, number: &Number) -> Result<i64, Refusal> {
        self.context.captures.resolve(number).map_err(Refusal)
    }

    pub(super) fn count(&self, number: &Number) -> Result<u64, Refusal> {
        let value = self.number(number)?;
        u64::try_from(value).map_err(|_error| Refusal(format!("{value} is less than nothing")))
    }

    pub(super) fn size(&self, number: &Number) -> Result<u64, Refusal> {
        let size = self.count(number)?;
        if size > MAX_DATA {
            Err(Refusal(format!("{size} bytes are too many, {MAX_DATA} (16MiB) are the most")))
        } else {
            Ok(size)
        }
    }

    pub(super) fn payload(&self, data: &Data) -> Result<Payload, Refusal> {
        self.context.captures.payload(data).map_err(Refusal)
    }

    /// To an eventfd a number is written, as its 8 bytes.
    pub(super) fn number_for(&self, end: &EndRef, data: &Data) -> Option<Payload> {
        let is_counter = who::end(self.world, end).ok().is_some_and(|id| self.world.is_counter(id));
        let digits = std::str::from_utf8(&data.word).ok().filter(|_| is_counter && data.times == Number::Literal(1));
        let number = digits.and_then(|digits| digits.parse::<u64>().ok());
        number.map(|number| Payload::once(number.to_ne_bytes().to_vec()))
    }

    pub(super) fn room(&self, control: &Control) -> Result<ControlRoom, Refusal> {
        let small = |number| self.count(number).map(|value| u32::try_from(value.min(MAX_CONTROL)).unwrap_or(0));
        Ok(match control {
            Control::None => ControlRoom::None,
            Control::Descriptors(count) => ControlRoom::Descriptors(small(count)?),
            Control::Bytes(bytes) => ControlRoom::Bytes(small(bytes)?),
        })
    }

    pub(super) fn address(&self, address: &Address) -> SocketAddress {
        let prefix = self.context.run.prefix.as_bytes();
        match address {
            Address::Abstract(name) => {
                let fits = 1 + prefix.len() + name.len() <= SUN_PATH;
                let path = [&b"\0"[..], if fits { prefix } else { b"" }, name].concat();
                SocketAddress { shown: address.shown(), path }
            }
            Address::File(name) => SocketAddress { shown: address.shown(), path: name.clone() },
        }
    }
}
