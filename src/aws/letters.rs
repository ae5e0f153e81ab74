//! Dead letters: messages that were delivered as often as their queue allows, and stay for whoever looks after them.

use std::time::Duration;

use aws_sdk_sqs::types::MessageSystemAttributeName;

use super::Clients;
use super::failure::failed;
use super::queue::stale;
use crate::ports::PortResult;

/// While letters are read they are hidden from other readers for so long.
const HIDDEN: Duration = Duration::from_secs(30);
/// What one call may receive.
const BATCH: i32 = 10;

/// The dead-letter queues.
#[derive(Clone, Debug)]
pub struct Letters {
    clients: Clients,
    urls: Vec<String>,
}

/// One letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// The queue it lies in.
    pub url: String,
    /// The message's id.
    pub id: String,
    /// What it says.
    pub body: String,
    /// Its group: the tenant of a request.
    pub group: Option<String>,
    /// How often it was delivered, in both queues.
    pub deliveries: u32,
    /// When it was sent first, in milliseconds since 1970.
    pub sent_ms: u64,
    receipt: String,
}

impl Letters {
    /// The queues at those addresses.
    #[must_use]
    pub fn new(clients: &Clients, urls: &[String]) -> Self {
        Self { clients: clients.clone(), urls: urls.to_vec() }
    }

    /// At most `most` letters of each queue. They stay there.
    pub async fn read(&self, most: usize) -> PortResult<Vec<Letter>> {
        let each: PortResult<Vec<_>> = self.each(most).await.into_iter().collect();
        Ok(each?.into_iter().flatten().collect())
    }

    /// The same queue by queue, since one that cannot be read does not keep others from it.
    pub async fn each(&self, most: usize) -> Vec<PortResult<Vec<Letter>>> {
        let mut all = Vec::new();
        for url in &self.urls {
            all.push(self.of(url, most).await);
        }
        all
    }

    async fn of(&self, url: &str, most: usize) -> PortResult<Vec<Letter>> {
        let mut of: Vec<Letter> = Vec::new();
        while of.len() < most {
            let more = self.receive(url).await?;
            let new: Vec<_> = more.into_iter().filter(|letter| of.iter().all(|seen| seen.id != letter.id)).collect();
            if new.is_empty() {
                break;
            }
            of.extend(new);
        }
        Ok(of)
    }

    async fn receive(&self, url: &str) -> PortResult<Vec<Letter>> {
        let call = self.clients.polling.receive_message().queue_url(url).max_number_of_messages(BATCH);
        let call = call
            .wait_time_seconds(1)
            .visibility_timeout(HIDDEN.as_secs() as i32)
            .message_system_attribute_names(MessageSystemAttributeName::All);
        let answer = call.send().await.map_err(|e| failed(&format!("receive from {url}"), e))?;
        let letter = |message: &aws_sdk_sqs::types::Message| {
            let attribute = |name| message.attributes().and_then(|all| all.get(&name)).and_then(|v| v.parse().ok());
            Letter {
                url: url.to_owned(),
                id: message.message_id().unwrap_or_default().to_owned(),
                body: message.body().unwrap_or_default().to_owned(),
                group: message
                    .attributes()
                    .and_then(|all| all.get(&MessageSystemAttributeName::MessageGroupId))
                    .cloned(),
                deliveries: attribute(MessageSystemAttributeName::ApproximateReceiveCount).unwrap_or(0) as u32,
                sent_ms: attribute(MessageSystemAttributeName::SentTimestamp).unwrap_or(0),
                receipt: message.receipt_handle().unwrap_or_default().to_owned(),
            }
        };
        Ok(answer.messages().iter().map(letter).collect())
    }

    /// Shows a letter to other readers again.
    pub async fn show(&self, letter: &Letter) -> PortResult<()> {
        let call = self.clients.sqs.change_message_visibility().queue_url(&letter.url).receipt_handle(&letter.receipt);
        stale(call.visibility_timeout(0).send().await.map(drop), &letter.url)
    }

    /// Takes a letter away.
    pub async fn remove(&self, letter: &Letter) -> PortResult<()> {
        let call = self.clients.sqs.delete_message().queue_url(&letter.url).receipt_handle(&letter.receipt);
        stale(call.send().await.map(drop), &letter.url)
    }
}
